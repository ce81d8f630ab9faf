// Stands between servers and PostgreSQL and treats their connections as bad networks do: it resets them, stops them for a while, swallows the
// answers to what arrived, or leaves the server alone with a connection whose other end is gone. Where it leads can be changed, as an
// address is that moves to another machine.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

interface Pair {
  readonly client: Socket
  readonly database: Socket
  /** What the database says is thrown away. */
  isDeaf: boolean
  /** What came while nothing passes, in its order. */
  readonly held: { readonly to: Socket; readonly chunk: Buffer }[]
}

export class DatabaseProxy {
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  /** Connections whose other end is gone. */
  readonly #alone = new Set<Socket>()
  #targetPort: number
  #isStopped = false

  private constructor(targetPort: number) {
    this.#targetPort = targetPort
    this.#server = createServer(client => this.#accept(client))
  }

  static async open(targetPort: number): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(targetPort)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get connections(): number {
    return this.#pairs.size
  }

  /** New connections lead there; those that are open end. */
  leadTo(targetPort: number): void {
    this.#targetPort = targetPort
    this.reset()
  }

  /** Both ends learn at once that the connection is gone; what was on its way is lost. */
  reset(): void {
    for (const pair of this.#pairs) this.#end(pair)
  }

  /** Nothing passes, in any connection, until `thaw`; then everything does that came meanwhile. */
  freeze(): void {
    this.#isStopped = true
  }

  /** Whether something of the servers waits for `thaw`. */
  get isHolding(): boolean {
    return this.#pairs.size > 0 && [...this.#pairs].some(({ held, database }) => held.some(({ to }) => to === database))
  }

  /** Returns how many bytes of the servers arrive now that were held back. */
  thaw(): number {
    this.#isStopped = false
    let bytes = 0
    for (const { held, database } of this.#pairs) {
      for (const { to, chunk } of held.splice(0)) {
        if (to === database) bytes += chunk.length
        to.write(chunk)
      }
    }
    return bytes
  }

  /** What the servers ask still arrives, the answers do not; after so long the connections are reset. */
  async deafen(forMs: number): Promise<void> {
    const pairs = [...this.#pairs]
    for (const pair of pairs) pair.isDeaf = true
    await sleep(forMs)
    for (const pair of pairs) this.#end(pair)
  }

  /** PostgreSQL loses its end, the servers hear nothing of it, for as long as the proxy is open. New connections pass. */
  abandon(): void {
    for (const pair of this.#pairs) {
      this.#pairs.delete(pair)
      this.#alone.add(pair.client)
      pair.client.once('close', () => this.#alone.delete(pair.client))
      pair.client.on('data', () => {})
      pair.client.resume()
      pair.database.destroy()
    }
  }

  async close(): Promise<void> {
    const isClosed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.reset()
    for (const socket of this.#alone) socket.destroy()
    await isClosed
  }

  #accept(client: Socket): void {
    const database = connect({ port: this.#targetPort, host: '127.0.0.1', noDelay: true })
    client.setNoDelay(true)
    const pair: Pair = { client, database, isDeaf: false, held: [] }
    this.#pairs.add(pair)
    client.on('data', chunk => this.#pass(pair, { chunk, from: client, to: database }))
    database.on('data', chunk => {
      if (!pair.isDeaf) this.#pass(pair, { chunk, from: database, to: client })
    })
    for (const socket of [client, database]) {
      socket.on('error', () => this.#end(pair))
      socket.on('close', () => this.#end(pair))
    }
  }

  #pass(pair: Pair, { chunk, from, to }: { readonly chunk: Buffer; readonly from: Socket; readonly to: Socket }): void {
    if (!this.#pairs.has(pair)) return
    if (this.#isStopped) return void pair.held.push({ to, chunk })
    if (to.write(chunk)) return
    from.pause()
    to.once('drain', () => from.resume())
  }

  #end(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return
    for (const socket of [pair.client, pair.database]) {
      // One that is just opening or saying goodbye cannot be reset: it would stay open for ever.
      if (socket.connecting || socket.writableEnded || socket.readableEnded) socket.destroy()
      else if (!socket.destroyed) socket.resetAndDestroy()
    }
  }
}
