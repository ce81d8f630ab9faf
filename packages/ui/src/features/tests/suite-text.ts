// The texts of suites: a new one for a flow, and lines that are switched on and off.

interface TestedFlow {
  readonly namespace: string
  readonly id: string
  readonly inputs?: readonly Readonly<Record<string, unknown>>[] | undefined
}

/** A suite that begins with what the flow asks for. */
export function newSuiteOf({ namespace, id, inputs = [] }: TestedFlow): string {
  const given = inputs
    .filter(({ defaults, required }) => defaults === undefined && required !== false)
    .map(input => `        ${String(input['id'])}: # ${String(input['type'])}`)
  const fixtures = given.length === 0 ? '' : `    fixtures:\n      inputs:\n${given.join('\n')}\n`
  return `id: ${id.replaceAll('.', '-')}-test
namespace: ${namespace}
flowId: ${id}
testCases:
  - id: ends_well
${fixtures}    assertions:
      - value: "{{ execution.state }}"
        equalTo: SUCCESS
`
}

/** Sets `key: true`, or takes the line away. */
export function withFlag(source: string, key: string, isOn: boolean): string {
  const line = new RegExp(`^${key}[ \\t]*:.*\\n?`, 'm')
  const bare = source.replace(line, '')
  return isOn ? `${bare.trimEnd()}\n${key}: true\n` : bare
}
