import { BatutaError, isList, printValue } from '@batuta/core'
import { parseNetwork } from '@batuta/plugin-sdk'
import type { Sources } from './sources.ts'

/**
 * `server.trust-proxy`, as a list or with commas.
 * @throws {BatutaError} `config-invalid` for what is neither an address nor a network.
 */
export function readProxies(sources: Sources): readonly string[] {
  const value = sources.value('server.trust-proxy')
  const isWritten = value !== undefined && value !== null && isList(value)
  const texts = isWritten ? value.map(printValue) : sources.list('server.trust-proxy', 'BATUTA_TRUST_PROXY')
  for (const text of texts) {
    // Who trusts everybody believes everybody.
    if ((parseNetwork(text)?.prefix ?? 0) > 0) continue
    const message = `The option server.trust-proxy has "${text}": give addresses and networks, as 10.0.0.0/8.`
    throw new BatutaError('config-invalid', message)
  }
  return texts
}
