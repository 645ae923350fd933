// SPDX-License-Identifier: BSD-3-Clause
// Node's HTTP server at its strictest, for http_differential.py. The program tells of a request as
// http_vectors_server.c does; what Node refuses by itself it refuses here.
"use strict";
const http = require("http");

const MAX_BODY = 100000;
const MAX_HEAD = 65536;

function onRequest(request, response) {
  const pieces = [];
  let size = 0;
  request.on("data", (piece) => {
    size += piece.length;
    pieces.push(piece);
  });
  request.on("end", () => {
    const refused = size > MAX_BODY ? 413 : request.method === "TRACE" ? 405 : 0;
    response.setHeader("Seen", `${request.method} ${request.url}`);
    response.setHeader("Content-Length", refused ? 0 : size);
    if (refused) {
      response.statusCode = refused;
      response.shouldKeepAlive = false;
      response.end();
    } else {
      response.end(Buffer.concat(pieces));
    }
  });
}

// The replies are Node's own. Two things are no errors here: bytes behind the last request of a
// connection are ignored, and the sender of half a message has gone and is told nothing.
function onClientError(error, socket) {
  if (error.code === "HPE_CLOSED_CONNECTION")
    return;
  if (error.code !== "HPE_INVALID_EOF_STATE" && socket.writable) {
    const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
    socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  }
  socket.destroySoon();
}

const server = http.createServer(
  { insecureHTTPParser: false, requireHostHeader: true, maxHeaderSize: MAX_HEAD }, onRequest);
server.httpAllowHalfOpen = true;  // who has said all is still answered
server.on("clientError", onClientError);
server.listen(0, "127.0.0.1", () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
