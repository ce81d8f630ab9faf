// What is asked about secrets: their text, by expressions; to open what is kept encrypted, and to encrypt what must not be kept in the clear, by
// whoever runs a task.
import { BatutaError, decodeValue, isMap, mapGet, openedForm, type Value } from '@batuta/core'
import { getSecret } from '../secrets/secret-sources.ts'
import { flagOf, optionalText, textOf } from './arguments.ts'
import { isAtOrAbove } from '../namespaces/ancestors.ts'
import type { AnswerWorld, Answers } from './asker.ts'

export const SECRET_ANSWERS: Answers = {
  secret: async (world, args, asker) => {
    const key = textOf(args, 'key')
    const namespace = optionalText(args, 'namespace') ?? asker.namespace
    refuseIsolated(world, asker.namespace, namespace)
    const secret = await getSecret(world, {
      tenant: asker.tenant,
      namespace,
      key,
      ...(asker.taskType !== undefined && { taskType: asker.taskType }),
    })
    const subkey = optionalText(args, 'subkey')
    const isFull = flagOf(args, 'full', false)
    if (isFull && subkey !== undefined)
      throw new BatutaError('question-malformed', 'secret() takes either a subkey or full, not both.')
    if (isFull) return { value: secret }
    return subkey === undefined ? secret : fieldOf(key, secret, subkey)
  },
  open: ({ decrypt }, args) => {
    if (decrypt) return Promise.resolve(openedForm(decrypt(textOf(args, 'cipher'))))
    return Promise.reject(
      new BatutaError('secret-not-found', 'No encryption key is configured, so that a SECRET cannot be read.'),
    )
  },
  /** Null where nothing can be encrypted. */
  seal: ({ encrypt }, args) => Promise.resolve(encrypt?.(textOf(args, 'text')) ?? null),
}

/** What is isolated is read by flows of its namespace, and of those below it, only. */
function refuseIsolated({ secretRules }: AnswerWorld, asking: string, namespace: string): void {
  if (isAtOrAbove(namespace, asking) || secretRules?.(namespace).isIsolated !== true) return
  throw new BatutaError(
    'secret-not-found',
    `Flows of the namespace "${asking}" do not read secrets of "${namespace}": they are isolated (secrets.namespaces).`,
  )
}

function fieldOf(key: string, secret: string, subkey: string): Value {
  const parsed = parse(secret)
  const value = parsed !== undefined && isMap(parsed) ? mapGet(parsed, subkey) : undefined
  if (value === undefined) throw new BatutaError('secret-not-found', `The secret "${key}" has no field "${subkey}".`)
  return value
}

function parse(secret: string): Value | undefined {
  try {
    return decodeValue(secret)
  } catch {
    return undefined // No JSON has no fields; the text itself must not be told.
  }
}
