// AWS Secrets Manager. A secret is called `<prefix>/<namespace>/<key>` unless the configuration says otherwise.
import { encodeValue } from '@batuta/core'
import type { SecretStore } from '@batuta/plugin-sdk'
import { credentialsOf } from './aws-credentials.ts'
import { call, refusal, textAt, valueOf, type ManagerReply } from './call.ts'
import { Renewed } from './expiring.ts'
import { ManagerError } from './manager-error.ts'
import type { ManagerOptions } from './options.ts'
import { asItIs, nameIn, spellingsOf } from './secret-name.ts'
import { signRequest, type AwsCredentials } from './sigv4.ts'

const NAME = 'AWS Secrets Manager'
const SERVICE = 'secretsmanager'
const TYPE = 'application/x-amz-json-1.1'
const TARGET = 'secretsmanager.GetSecretValue'

export function openAws(options: ManagerOptions): SecretStore {
  const { world } = options
  const region = options.text('region') ?? world.environment['AWS_REGION'] ?? world.environment['AWS_DEFAULT_REGION']
  if (region === undefined) throw options.wrong('region', 'it is missing')
  const url = options.text('endpoint-override') ?? `https://${SERVICE}.${region}.amazonaws.com/`
  const credentials = new Renewed<AwsCredentials>(credentialsOf(options, region), () => world.nowMs())
  const prefix = options.text('prefix')
  const template = options.text('name') ?? `${prefix === undefined ? '' : `${prefix}/`}{namespace}/{key}`
  const ask = async (name: string): Promise<ManagerReply> => {
    const body = encodeValue({ SecretId: name })
    const headers = { 'content-type': TYPE, 'x-amz-target': TARGET }
    const request = { url, headers, body, region, service: SERVICE, nowMs: world.nowMs() }
    return await call({ name: NAME, method: 'POST', url, body, headers: signRequest(request, await credentials.get()) })
  }
  const read = async (name: string): Promise<string | undefined> => {
    let reply = await ask(name)
    if (EXPIRED.test(reply.text) && reply.status >= 400) {
      credentials.forget()
      reply = await ask(name)
    }
    return secretIn(reply, name)
  }
  return {
    find: async (namespace, key) => {
      for (const spelling of spellingsOf(key)) {
        const name = nameIn({ template, encode: asItIs }, namespace, spelling)
        const found = name === undefined ? undefined : await read(name)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

const EXPIRED = /ExpiredToken|UnrecognizedClient|InvalidClientTokenId/
const DENIED =
  /AccessDenied|AuthFailure|SignatureDoesNotMatch|UnrecognizedClient|InvalidSignature|IncompleteSignature|ExpiredToken|InvalidClientTokenId|MissingAuthenticationToken/
/** Marked for deletion, or without any value yet. */
const ABSENT = /ResourceNotFoundException|marked for deletion|marked deleted/

function secretIn(reply: ManagerReply, name: string): string | undefined {
  if (reply.status !== 200) {
    if (ABSENT.test(reply.text)) return undefined
    // Some refusals are XML: the word counts, wherever it stands.
    const word = DENIED.exec(reply.text)?.[0]
    if (word !== undefined) throw new ManagerError('denied', `${NAME} does not let "${name}" be read (${word}).`)
    throw refusal(reply, NAME, `"${name}"`)
  }
  const value = valueOf(reply, NAME)
  const binary = textAt(value, 'SecretBinary')
  return (
    textAt(value, 'SecretString') ?? (binary === undefined ? undefined : Buffer.from(binary, 'base64').toString('utf8'))
  )
}
