// Asks iam-simulate about requests, one JSON object per line of standard input, and prints one verdict per line.
//
// in:  {"policies": [document, ...], "boundary": document or null, "trust": document or null,
//       "principal": "arn or service", "account": "of the resource", "action", "resource", "context": {key: [values]}}
// out: "Allowed", "ImplicitlyDenied", "ExplicitlyDenied" or "Error ..." as a JSON string

import { createInterface } from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const named = (policy, index) => ({ name: `policy-${index}`, policy })

async function verdict(line) {
  const asked = JSON.parse(line)
  const simulation = {
    request: {
      principal: asked.principal,
      action: asked.action,
      resource: { resource: asked.resource, accountId: asked.account },
      contextVariables: asked.context
    },
    identityPolicies: asked.policies.map(named),
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }
  if (asked.boundary) {
    simulation.permissionBoundaryPolicies = [named(asked.boundary, 'boundary')]
  }
  if (asked.trust) {
    simulation.resourcePolicy = asked.trust
  }
  try {
    const answer = await runSimulation(simulation, {})
    return answer.resultType === 'error' ? `Error ${JSON.stringify(answer.errors)}` : answer.overallResult
  } catch (error) {
    return `Error ${error.message}`
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await verdict(line))}\n`)
}
