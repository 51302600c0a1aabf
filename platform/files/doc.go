// Package files keeps blobs (檔案內容): the bytes of papers, uploads and exports, each under
// the SHA-256 of what it holds.
//
// # Words
//
//   - blob 內容塊: bytes that never change; address 內容地址: their SHA-256 in hexadecimal.
//
// # Rules that always hold
//
//   - What Put has returned is on the disk: the file is synced before it is renamed into
//     place, and its folder after that.
//   - The same bytes are kept once. A blob is never changed, only removed as a whole.
//   - Open checks while it reads: bytes that no longer match their address end in an error,
//     never in a short or altered file that passes for whole.
//   - Size is bounded before the bytes are kept.
//
// # Engines
//
// Engine is the port: a folder is the engine that ships; an object store that speaks S3
// needs these five methods and nothing else.
//
// # Threats
//
//   - An address from outside that climbs out of the folder: addresses are 64 hexadecimal
//     digits, and nothing else is looked up.
//   - A crash in the middle of Put: what is unfinished stands in a folder of its own, and is
//     removed when it is a day old.
//   - A full disk: Put fails and leaves nothing behind.
package files
