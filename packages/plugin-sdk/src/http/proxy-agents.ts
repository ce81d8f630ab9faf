// The way through an HTTP proxy: plain calls are handed to it, those over TLS go through a tunnel that it opens.
import { Agent, type Agent as AnyAgent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { isIP } from 'node:net'
import type { RunContext } from '../run-context.ts'

export interface HttpProxy {
  readonly address: string
  readonly port: number
  readonly username?: string
  readonly password?: string
}

export interface ProxyAgents {
  agentFor(url: URL): AnyAgent
  close(): void
}

/** The proxy is found here and named by its address: what was judged is what is connected to. */
export async function openProxyAgents(ctx: Pick<RunContext, 'egress'>, proxy: HttpProxy): Promise<ProxyAgents> {
  ctx.egress.checkHost(proxy.address)
  const address = isIP(proxy.address) === 0 ? await findAddress(ctx, proxy.address) : proxy.address
  const host = isIP(address) === 6 ? `[${address}]` : address
  const { username, password = '' } = proxy
  const user = username === undefined ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`
  const way = `http://${user}${host}:${proxy.port}`
  const [plain, tls] = [new Agent({ proxyEnv: { HTTP_PROXY: way } }), new TlsAgent({ proxyEnv: { HTTPS_PROXY: way } })]
  return {
    agentFor: url => (url.protocol === 'https:' ? tls : plain),
    close: () => {
      plain.destroy()
      tls.destroy()
    },
  }
}

function findAddress({ egress }: Pick<RunContext, 'egress'>, host: string): Promise<string> {
  return new Promise((resolve, reject) =>
    egress.lookup(host, {}, (error, found) => {
      const address = typeof found === 'string' ? found : found[0]?.address
      if (error || address === undefined) reject(error ?? new Error(`the proxy "${host}" has no address`))
      else resolve(address)
    }),
  )
}
