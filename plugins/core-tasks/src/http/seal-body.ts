import { TaskError, type RunContext, type Value } from '@batuta/plugin-sdk'

/** As an output that later tasks read and nobody else; no log shows it. */
export async function sealBody(ctx: RunContext, body: string): Promise<Value> {
  ctx.mask(body)
  const cipher = await ctx.ports.ask('seal', { text: body })
  if (cipher !== null) return cipher
  throw new TaskError('the body cannot be encrypted: no encryption key is configured')
}
