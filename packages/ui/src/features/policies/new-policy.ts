/** A policy to begin with: it holds nobody up before somebody says so. */
export function newPolicyText(): string {
  return `id: owned-flows
displayName: Flows have an owner
# EVALUATE warns and holds nothing up; ACTIVE refuses what breaks the policy.
enforcement: EVALUATE
rules:
  - type: Require
    on: FLOW
    properties: [labels.owner]
    errorMessage: Say whom to ask about this flow
`
}
