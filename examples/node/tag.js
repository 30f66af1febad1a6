// Labels articles with a running server: one, a batch, a stream; reads rich errors and tries again
// when the server asks for it.
//
//     npm install && node tag.js 127.0.0.1:50051

import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const definitions = protoLoader.loadSync(
  ["newstance/v1/tagging_service.proto", "google/rpc/status.proto", "error_details.proto"],
  { includeDirs: [here("../../proto"), here(".")], enums: String, defaults: true, oneofs: true },
);
const { TaggingService } = grpc.loadPackageDefinition(definitions).newstance.v1;

// How long a call may take, in milliseconds; the server gives up at the same moment as the client.
const DEADLINE = 10_000;
// How often a call is made at most.
const ATTEMPTS = 7;
const TOPIC_ALONE = { axes: ["topic"], maxLabels: 1 };

async function main(address = "127.0.0.1:50051") {
  const articles = JSON.parse(await readFile(here("../articles.json"), "utf8"));
  const client = new TaggingService(address, grpc.credentials.createInsecure());
  try {
    await one(client, articles[0]);
    await batch(client, articles);
    await stream(client, articles);
    await refused(client, articles[0]);
  } finally {
    client.close();
  }
}

// One article, with the words that decided.
async function one(client, article) {
  const options = { axes: ["topic"], maxLabels: 1, explain: true, maxEvidence: 3 };
  const { tagging } = await retrying(() => call(client, "tagArticle", { article, options }));
  const [topic] = tagging.axes;
  const [label] = topic.labels;
  const terms = topic.evidence.map((evidence) => evidence.term).join(", ");
  const about = `${tagging.articleId} is about ${label.name} (${label.probability.toFixed(3)})`;
  console.log(`one: ${about} by the words ${terms}`);
}

// Many articles in one call; one that is refused spoils no other.
async function batch(client, articles) {
  const request = { articles, options: TOPIC_ALONE };
  const { results } = await retrying(() => call(client, "batchTagArticles", request));
  for (const result of results) {
    console.log(`batch: ${describe(result)}`);
  }
}

// Articles as they come: answers arrive while others are still being sent.
async function stream(client, articles) {
  const answers = client.streamTagArticles({ deadline: Date.now() + DEADLINE });
  for (const article of articles) {
    answers.write({ article, options: TOPIC_ALONE });
  }
  answers.end();
  for await (const { result } of answers) {
    console.log(`stream: ${describe(result)}`);
  }
}

// An error says what is wrong with which field, for programs and for people.
async function refused(client, article) {
  try {
    await call(client, "tagArticle", { article, options: { axes: ["mood"] } });
  } catch (error) {
    console.log(`refused: ${reasonAndField(statusOf(error))}`);
  }
}

// A call of one request, as a promise.
function call(client, method, request) {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + DEADLINE };
    client[method](request, options, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

// Makes a call again, as long as the server says that this may help.
async function retrying(attempt) {
  let backoff = 100;
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      // The server knows best when to come back; one that is not there says nothing.
      let delay = toldDelay(error);
      if (delay === undefined && error.code === grpc.status.UNAVAILABLE) {
        delay = backoff * (0.8 + 0.4 * Math.random());
      }
      if (delay === undefined || made === ATTEMPTS) {
        throw error;
      }
      await sleep(delay);
      backoff *= 2;
    }
  }
}

// The milliseconds of a RetryInfo, where the error has one.
function toldDelay(error) {
  const delay = detail(statusOf(error), "google.rpc.RetryInfo")?.retryDelay;
  return delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6;
}

// The google.rpc.Status of an error, where it has one.
function statusOf(error) {
  const [bytes] = error.metadata?.get("grpc-status-details-bin") ?? [];
  return bytes && definitions["google.rpc.Status"].deserialize(bytes);
}

// The detail of this kind in a google.rpc.Status.
function detail(status, kind) {
  const packed = status?.details.find((any) => any.type_url === `type.googleapis.com/${kind}`);
  return packed && definitions[kind].deserialize(packed.value);
}

function describe({ articleId, outcome, tagging, error }) {
  return outcome === "error"
    ? `${articleId} refused, ${reasonAndField(error)}`
    : `${articleId} ${tagging.axes[0].labels[0].code}`;
}

function reasonAndField(status) {
  const { reason } = detail(status, "google.rpc.ErrorInfo");
  const [violation] = detail(status, "google.rpc.BadRequest").fieldViolations;
  return `${reason} at ${violation.field}`;
}

await main(process.argv[2]);
