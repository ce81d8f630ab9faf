// A process of its own for a manager of secrets that a plugin brings: strangers' code sees neither the server's memory – its keys, its sessions – nor its
// environment, nor more files than it is given. It is asked over a channel, and ends with it. Imports nothing, so that nothing but itself must be readable.

interface Question {
  readonly id: number
  readonly open?: { readonly url: string; readonly type: string; readonly properties: unknown }
  readonly find?: { readonly namespace: string; readonly key: string }
}

type Find = (namespace: string, key: string) => Promise<string | undefined>

let find: Find | undefined

process.on('message', (message: Question) => {
  void answer(message).then(
    secret => process.send?.({ id: message.id, secret }),
    (error: unknown) =>
      process.send?.({ id: message.id, error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit())

async function answer({ open, find: asked }: Question): Promise<string | undefined> {
  if (open) {
    find = await openStore(open)
    return undefined
  }
  if (!find || !asked) throw new Error('it was asked before it was opened')
  return await find(asked.namespace, asked.key)
}

async function openStore({ url, type, properties }: NonNullable<Question['open']>): Promise<Find> {
  const module: Readonly<Record<string, unknown>> = await import(url)
  for (const exported of Object.values(module)) {
    if (typeof exported !== 'object' || exported === null || !('kind' in exported && 'type' in exported)) continue
    if (exported.kind !== 'secret store' || exported.type !== type) continue
    const open: unknown = 'open' in exported ? exported.open : undefined
    if (typeof open !== 'function') continue
    const store: { find: Find } = await Reflect.apply(open, exported, [properties])
    return async (namespace, key) => await store.find(namespace, key)
  }
  throw new Error(`it exports no secret store of the type "${type}"`)
}
