import type { Dispatcher } from 'undici'
import type { RunContext } from '@batuta/plugin-sdk'
import type { HttpProxy, HttpSettings } from './http-settings.ts'

/** One for each run: connections of a task are closed with it. */
export async function openDispatcher(ctx: RunContext, settings: HttpSettings): Promise<Dispatcher> {
  // By its default export: a bundle gives no other name to what it imports late from a CommonJS package.
  const { default: undici } = await import('undici')
  const { Agent, buildConnector, ProxyAgent, Socks5ProxyAgent } = undici
  const { connectTimeoutMs, isInsecure, proxy } = settings
  const tls = { rejectUnauthorized: !isInsecure }
  const { lookup } = ctx.egress
  if (proxy === undefined) return new Agent({ connect: { timeout: connectTimeoutMs, ...tls, lookup } })
  ctx.egress.checkHost(proxy.address)
  if (proxy.type === 'socks') {
    const connect = buildConnector({ timeout: connectTimeoutMs, lookup })
    return new Socks5ProxyAgent(proxyUrl('socks5', proxy), { requestTls: tls, connect })
  }
  const token = proxyToken(proxy)
  return new ProxyAgent({
    uri: `http://${proxy.address}:${proxy.port}`,
    ...(token === undefined ? {} : { token }),
    requestTls: tls,
    proxyTls: { timeout: connectTimeoutMs, lookup },
  })
}

function proxyUrl(scheme: string, { address, port, username, password = '' }: HttpProxy): string {
  const user = username === undefined ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`
  return `${scheme}://${user}${address}:${port}`
}

function proxyToken({ username, password = '' }: HttpProxy): string | undefined {
  if (username === undefined) return undefined
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
