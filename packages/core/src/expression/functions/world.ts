// Functions that touch the world. They do nothing themselves: what they ask for is answered by whoever evaluates, and may be masked,
// journaled or refused there.
import type { Value } from '../../std/value.ts'
import { mapGet, isMap } from '../../std/value.ts'
import { plainText } from '../../std/value-text.ts'
import { required, textArgument } from '../arguments.ts'
import { Asked, makeRequest } from '../asked.ts'
import type { FunctionDefinition } from '../definition.ts'
import { fail } from '../fault.ts'

function asking(name: string, parameters: readonly string[], requiredCount: number): FunctionDefinition {
  return {
    name,
    parameters,
    needs: ['ask'],
    call: (args, { scope }) => {
      for (let index = 0; index < requiredCount; index++) required(args[index], parameters[index] ?? '')
      const request = makeRequest(name, parameters, args)
      const refusal = scope.refusals?.get(request.key)
      if (refusal) throw refusal
      const answer = scope.answers?.get(request.key)
      if (answer === undefined) throw new Asked(request)
      return answer
    },
  }
}

export const WORLD_FUNCTIONS: readonly FunctionDefinition[] = [
  asking('secret', ['key', 'namespace', 'subkey', 'full'], 1),
  asking('kv', ['key', 'namespace', 'errorOnMissing'], 1),
  asking('read', ['path', 'namespace', 'revision'], 1),
  asking('fileSize', ['path', 'namespace'], 1),
  asking('fileExists', ['path', 'namespace'], 1),
  asking('isFileEmpty', ['path', 'namespace'], 1),
  asking('http', ['uri', 'method', 'query', 'body', 'contentType', 'headers', 'options', 'accept'], 1),
  asking('errorLogs', [], 0),
  asking('randomPort', [], 0),
  asking('credential', ['name'], 1),
  asking('appLink', ['appId', 'baseUrl'], 0),
  {
    name: 'fileURI',
    parameters: ['path'],
    reads: ['flow'],
    call: ([path], { scope }) => fileUri(textArgument(path, 'path'), scope.lookup('flow') ?? null),
  },
]

/** The address of a namespace file; whether it exists is not asked. */
function fileUri(path: string, flow: Value): string {
  const namespace = isMap(flow) ? mapGet(flow, 'namespace') : undefined
  if (namespace === undefined || namespace === null) return fail('VALUE', '`fileURI` needs the namespace of a flow')
  const relative = path.replace(/^\/+/, '')
  if (relative.split('/').includes('..')) return fail('VALUE', `The path "${path}" leaves the files of the namespace`)
  return `kestra:///${plainText(namespace).replaceAll('.', '/')}/_files/${relative}`
}
