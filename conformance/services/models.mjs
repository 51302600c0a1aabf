// bpmn-moddle and dmn-moddle, which bpmn.io's editors are built on, read what we export: node
// models.mjs DIR. Each NAME.bpmn and NAME.dmn is read, which must give no warning, and written as
// NAME.bpmn.out or NAME.dmn.out. What stands in it goes to NAME.bpmn.json and NAME.dmn.json.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BpmnModdle } from 'bpmn-moddle'
import { DmnModdle } from 'dmn-moddle'

const [dir] = process.argv.slice(2)
let wrong = 0
const say = text => { wrong++; console.error(text) }

function elements(container, nodes, flows) {
  for (const e of container.flowElements ?? []) {
    if (e.$type === 'bpmn:SequenceFlow') flows[e.id] = [e.sourceRef.id, e.targetRef.id, e.conditionExpression?.body ?? '']
    else nodes[e.id] = [e.$type, e.name ?? '']
    elements(e, nodes, flows)
  }
}

function process_(root) {
  const nodes = {}, flows = {}
  for (const p of root.rootElements) if (p.$type === 'bpmn:Process') elements(p, nodes, flows)
  const drawn = new Set(root.diagrams?.flatMap(d => d.plane.planeElement ?? []).map(e => e.bpmnElement.id))
  for (const id of [...Object.keys(nodes), ...Object.keys(flows)]) if (!drawn.has(id)) say(`${id} is not drawn`)
  return { nodes, flows }
}

function table(root) {
  const t = root.drgElement[0].decisionLogic
  return {
    policy: t.hitPolicy, inputs: t.input.map(i => i.inputExpression.text), outputs: t.output.map(o => o.name),
    rows: t.rule.map(r => [...r.inputEntry, ...r.outputEntry].map(e => e.text)),
  }
}

for (const file of await readdir(dir)) {
  const kind = /\.(bpmn|dmn)$/.exec(file)?.[1]
  if (!kind) continue
  const moddle = kind === 'bpmn' ? new BpmnModdle() : new DmnModdle()
  const { rootElement, warnings } = await moddle.fromXML(await readFile(join(dir, file), 'utf8'))
  for (const w of warnings) say(`${file}: ${w.message}`)
  const found = kind === 'bpmn' ? process_(rootElement) : table(rootElement)
  await writeFile(join(dir, file + '.json'), JSON.stringify(found))
  await writeFile(join(dir, file + '.out'), (await moddle.toXML(rootElement, { format: true })).xml)
  console.log(`${file}: ${kind === 'bpmn' ? Object.keys(found.nodes).length + ' nodes, ' + Object.keys(found.flows).length + ' flows' : found.rows.length + ' rules'}`)
}
process.exit(wrong ? 1 : 0)
