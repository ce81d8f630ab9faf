// The text that a new app begins with, and what the page must know of one while it is written.

interface AppFlow {
  readonly namespace: string
  readonly id: string
  readonly description?: string | undefined
}

/** A whole app: what it does not say is as usual. */
export function newAppOf({ namespace, id, description }: AppFlow): string {
  const about = description?.trim().split('\n')[0] ?? ''
  return `id: ${id.replaceAll('.', '-')}
namespace: ${namespace}
flowId: ${id}
displayName: ${nameOf(id)}
${about === '' ? '' : `description: ${JSON.stringify(about)}\n`}access: PUBLIC
tags: []
layout:
  - on: OPEN
    blocks:
      - type: form
      - type: submit
        text: Submit
        style: SUCCESS
  - on: RUNNING
    blocks:
      - type: loading
      - type: logs
        level: INFO
  - on: SUCCESS
    blocks:
      - type: alert
        style: SUCCESS
        content: Done.
      - type: outputs
`
}

/** `take-order` → `Take order`. */
function nameOf(id: string): string {
  const words = id.replace(/[-_.]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Its own page, outside of the shell. */
export function appAddress(uid: string): string {
  return `/ui/a/${encodeURIComponent(uid)}`
}
