// Runs a handler by AWS's Lambda Runtime API: asks for the next event, tells what came of it.
const http = require("node:http");
const path = require("node:path");
const fs = require("node:fs");
const { pathToFileURL } = require("node:url");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const base = "/2018-06-01/runtime/";

function ask(method, where, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, path: base + where, agent: false }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve([response.headers, Buffer.concat(parts).toString()]));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function failure(error) {
  const is = error instanceof Error;
  return JSON.stringify({
    errorType: is ? error.name : typeof error,
    errorMessage: is ? error.message : String(error),
    trace: is && error.stack ? error.stack.split("\n") : [],
  });
}

async function load() {
  const full = process.env._HANDLER;
  const dot = full.lastIndexOf(".");
  const file = path.join(process.cwd(), full.slice(0, dot));
  const found = [".js", ".cjs", ".mjs"].map((end) => file + end).find((it) => fs.existsSync(it));
  if (!found) throw new Error(`Cannot find module '${full.slice(0, dot)}'`);
  const module = await import(pathToFileURL(found));
  const handler = module[full.slice(dot + 1)] ?? module.default?.[full.slice(dot + 1)];
  if (!handler) throw new Error(`${full} is undefined or not exported`);
  return handler;
}

(async () => {
  let handler;
  try {
    handler = await load();
  } catch (error) {
    await ask("POST", "init/error", failure(error));
    process.exit(1);
  }
  for (;;) {
    const [headers, event] = await ask("GET", "invocation/next");
    const request = headers["lambda-runtime-aws-request-id"];
    const deadline = Number(headers["lambda-runtime-deadline-ms"]);
    const context = {
      awsRequestId: request,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    };
    try {
      const answer = handler.length > 2
        ? await new Promise((ok, no) => handler(JSON.parse(event), context, (error, it) => (error ? no(error) : ok(it))))
        : await handler(JSON.parse(event), context);
      await ask("POST", `invocation/${request}/response`, JSON.stringify(answer ?? null));
    } catch (error) {
      await ask("POST", `invocation/${request}/error`, failure(error));
    }
  }
})();
