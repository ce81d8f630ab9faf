// Addresses and networks of the proxies before the server: whose word about a client is believed.
import { isIP } from 'node:net'
import { BatutaError } from '@batuta/core'

interface Words {
  text(path: string, variable?: string): string | undefined
}

/**
 * `server.trust-proxy`, as a list or with commas.
 * @throws {BatutaError} `config-invalid` for what is neither an address nor a network.
 */
export function readTrustedProxies(words: Words): readonly string[] {
  const text = words.text('server.trust-proxy', 'BATUTA_TRUST_PROXY') ?? ''
  const given = text.replaceAll(/[[\]"']/g, '').split(/[\s,]+/)
  const networks = given.filter(network => network !== '')
  for (const network of networks) refuseUnlessNetwork(network)
  return networks
}

function refuseUnlessNetwork(network: string): void {
  const [address = '', bits, ...rest] = network.split('/')
  const version = isIP(address)
  const isWhole = bits === undefined || /^\d{1,3}$/.test(bits)
  // A network of every address would trust whoever sends a header.
  if (version !== 0 && rest.length === 0 && isWhole && bits !== '0' && Number(bits ?? 1) <= (version === 4 ? 32 : 128))
    return
  throw new BatutaError(
    'config-invalid',
    `The option server.trust-proxy names "${network}": give addresses and networks of the proxies, such as 10.0.0.7 or 10.1.0.0/16.`,
  )
}
