// Reads a JSON list of queries and writes, for each one, what the oracle makes of it.
const { parseQuery } = require("@jetstreamapp/soql-parser-js");

const answer = (text) => {
  try {
    return { query: parseQuery(text) };
  } catch (error) {
    return { error: String(error.message) };
  }
};

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  const queries = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  process.stdout.write(JSON.stringify(queries.map(answer)));
});
