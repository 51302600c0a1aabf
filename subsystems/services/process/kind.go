package process

// Kind is what a node is, named as its element in BPMN.
type Kind string

// The kinds of nodes that run here.
const (
	StartEvent        Kind = "startEvent"
	EndEvent          Kind = "endEvent"
	UserTask          Kind = "userTask"
	ServiceTask       Kind = "serviceTask"
	SendTask          Kind = "sendTask"
	BusinessRuleTask  Kind = "businessRuleTask"
	ScriptTask        Kind = "scriptTask"
	ReceiveTask       Kind = "receiveTask"
	CatchEvent        Kind = "intermediateCatchEvent"
	ThrowEvent        Kind = "intermediateThrowEvent"
	ExclusiveGateway  Kind = "exclusiveGateway"
	ParallelGateway   Kind = "parallelGateway"
	InclusiveGateway  Kind = "inclusiveGateway"
	EventBasedGateway Kind = "eventBasedGateway"
	SubProcess        Kind = "subProcess"
	CallActivity      Kind = "callActivity"
	BoundaryEvent     Kind = "boundaryEvent"
)

// Kinds lists them all.
func Kinds() []Kind {
	return []Kind{
		StartEvent, EndEvent, UserTask, ServiceTask, SendTask, BusinessRuleTask, ScriptTask, ReceiveTask,
		CatchEvent, ThrowEvent, ExclusiveGateway, ParallelGateway, InclusiveGateway, EventBasedGateway,
		SubProcess, CallActivity, BoundaryEvent,
	}
}

// activity reports whether boundary events may stand on it.
func (k Kind) activity() bool {
	switch k {
	case UserTask, ServiceTask, SendTask, BusinessRuleTask, ScriptTask, ReceiveTask, SubProcess, CallActivity:
		return true
	}
	return false
}

func (k Kind) gateway() bool {
	switch k {
	case ExclusiveGateway, ParallelGateway, InclusiveGateway, EventBasedGateway:
		return true
	}
	return false
}

// Trigger is what an event waits for or throws; an event of none has the empty one.
type Trigger string

// The triggers.
const (
	None      Trigger = ""
	OnMessage Trigger = "message"
	OnTimer   Trigger = "timer"
	OnError   Trigger = "error"
	Terminate Trigger = "terminate"
)

// silent are elements of BPMN that say something to people only: they change nothing that runs.
func silent(local string) bool {
	switch local {
	case "documentation", "extensionElements", "incoming", "outgoing", "laneSet", "textAnnotation", "association",
		"group", "dataObject", "dataObjectReference", "dataStoreReference", "auditing", "monitoring":
		return true
	}
	return false
}
