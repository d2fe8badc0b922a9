#!/usr/bin/env node
// For containers, whose images have no curl: asks this very process whether it can do its work. A worker answers on
// OPS_PORT, everybody else on PORT as well.
const port = process.env.OPS_PORT || process.env.PORT || '8080'

try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(4_000) })
  // Docker keeps what a check prints and shows it with `docker inspect`.
  console.log(await answer.text())
  process.exitCode = answer.ok ? 0 : 1
} catch (error) {
  console.log(String(error.cause ?? error))
  process.exitCode = 1
}
