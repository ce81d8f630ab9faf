// Secrets of Kubernetes over its API server: one object per namespace here, called `<prefix><namespace>`, whose keys are the secrets. The service account of
// the pod must be allowed to `get` them. Its token is rotated by Kubernetes, so that it is read with every question.
import { readFileSync } from 'node:fs'
import type { SecretStore } from '@batuta/plugin-sdk'
import { at, call, refusal, textAt, valueOf } from './call.ts'
import type { ManagerOptions } from './options.ts'
import { asItIs, nameIn, spellingsOf } from './secret-name.ts'

const NAME = 'Kubernetes'
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

export function openKubernetes(options: ManagerOptions): SecretStore {
  const { environment } = options.world
  const host = environment['KUBERNETES_SERVICE_HOST']
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443'
  const base = options.text('address') ?? (host === undefined ? undefined : `https://${host}:${port}`)
  if (base === undefined) throw options.wrong('address', 'it is missing, and this is no pod')
  const tokenFile = options.text('token-file') ?? `${ACCOUNT}/token`
  const caFile = options.text('ca-file') ?? `${ACCOUNT}/ca.crt`
  const space = options.text('kubernetes-namespace') ?? readIfThere(`${ACCOUNT}/namespace`) ?? 'default'
  const template = options.text('name') ?? `${options.text('prefix') ?? ''}{namespace}`
  const read = async (name: string): Promise<ReturnType<typeof at>> => {
    const path = `api/v1/namespaces/${encodeURIComponent(space)}/secrets/${encodeURIComponent(name)}`
    const token = options.text('token') ?? options.named('token-file', tokenFile)
    const reply = await call({
      ...{ name: NAME, method: 'GET', url: `${base.replace(/\/$/, '')}/${path}` },
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      ca: readIfThere(caFile),
    })
    if (reply.status === 404) return undefined
    if (reply.status !== 200) throw refusal(reply, NAME, `the secret "${name}" of "${space}"`)
    return at(valueOf(reply, NAME), 'data')
  }
  return {
    find: async (namespace, key) => {
      const name = nameIn({ template, encode: asItIs }, namespace, key)
      // Kubernetes has small letters only, and `A` must not be given what is kept for `a`.
      const found = name === undefined || name !== name.toLowerCase() ? undefined : await read(name)
      for (const spelling of spellingsOf(key)) {
        const text = textAt(found, spelling)
        if (text !== undefined) return Buffer.from(text, 'base64').toString('utf8')
      }
      return undefined
    },
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined // Outside of a pod there is none: whoever needs it names another file.
  }
}
