// Images: looked up, pulled, pushed. A pull goes on for minutes and says how far it is in JSON lines; an error comes as such a line, too.
import { TaskError } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { EngineRefusal, objectOf, type DockerEngine } from './docker-engine.ts'
import { headerOf, type RegistryLogin, type RegistryLogins } from './registry-auth.ts'

export type PullPolicy = 'IF_NOT_PRESENT' | 'ALWAYS' | 'NEVER'

/** @throws {TaskError} when the image is not there afterwards. */
export async function ensureImage(
  ctx: RunContext,
  engine: DockerEngine,
  { image, policy, logins }: { readonly image: string; readonly policy: PullPolicy; readonly logins: RegistryLogins },
): Promise<void> {
  if (policy !== 'ALWAYS' && (await hasImage(engine, image))) return
  if (policy === 'NEVER') {
    throw new TaskError(
      `the image "${image}" is not on the Docker engine at ${engine.address.text}, and pullPolicy is NEVER: ` +
        'load it there, or let it be pulled with pullPolicy IF_NOT_PRESENT',
    )
  }
  await pullImage(ctx, engine, { image, login: logins.for(image) })
}

export async function hasImage(engine: DockerEngine, image: string): Promise<boolean> {
  const { code, body } = await engine.send({ method: 'GET', path: `/images/${nameInPath(image)}/json`, accepts: [404] })
  body.resume()
  return code !== 404
}

export interface Pull {
  readonly image: string
  readonly login: RegistryLogin | undefined
}

export async function pullImage(ctx: RunContext, engine: DockerEngine, { image, login }: Pull): Promise<void> {
  const { name, tag } = splitImage(image)
  ctx.logger.debug(`pulling ${image}`)
  try {
    await followProgress(ctx, engine, {
      method: 'POST',
      path: '/images/create',
      query: { fromImage: name, tag },
      headers: authHeader(login),
    })
  } catch (error) {
    if (!(error instanceof EngineRefusal || error instanceof ProgressError)) throw error
    throw new TaskError(
      `the image "${image}" cannot be pulled: ${error.message}${login === undefined ? '; a private one needs `credentials` or `config`' : ''}`,
      { cause: undefined },
    )
  }
}

export async function pushImage(ctx: RunContext, engine: DockerEngine, { image, login }: Pull): Promise<void> {
  const { name, tag } = splitImage(image)
  ctx.logger.debug(`pushing ${image}`)
  try {
    await followProgress(ctx, engine, {
      method: 'POST',
      path: `/images/${nameInPath(name)}/push`,
      query: { tag },
      // The engine wants the header also where there is no login.
      headers: { 'x-registry-auth': headerOf(login ?? {}) },
    })
  } catch (error) {
    if (!(error instanceof EngineRefusal || error instanceof ProgressError)) throw error
    throw new TaskError(`the image "${image}" cannot be pushed: ${error.message}`)
  }
}

/** The engine said in the middle of its answer that it does not go on. */
export class ProgressError extends TaskError {}

type FollowRequest = Parameters<DockerEngine['follow']>[0]

/** Logs what an engine does; what changes many times a second only once. Gives what it says beside: ids of what it made. */
export async function followProgress(
  ctx: RunContext,
  engine: DockerEngine,
  request: FollowRequest,
): Promise<Readonly<Record<string, unknown>>> {
  let said: Readonly<Record<string, unknown>> = {}
  const seen = new Set<string>()
  for await (const line of engine.follow(request)) {
    const { error, stream, status, id, aux } = line
    if (typeof error === 'string') throw new ProgressError(error.trim())
    if (typeof aux === 'object') said = { ...said, ...objectOf(aux) }
    if (typeof stream === 'string') {
      logLines(ctx, stream)
    } else if (typeof status === 'string') {
      const text = typeof id === 'string' ? `${id}: ${status}` : status
      if (!seen.has(text) && !seen.has(status)) ctx.logger.debug(text)
      seen.add(text)
    }
    await ctx.logger.ready()
  }
  return said
}

function logLines({ logger }: RunContext, text: string): void {
  for (const line of text.split('\n')) if (line.trim() !== '') logger.info(line.trimEnd())
}

export function authHeader(login: RegistryLogin | undefined): Readonly<Record<string, string>> {
  return login === undefined ? {} : { 'x-registry-auth': headerOf(login) }
}

/** A digest belongs to the name. Without a tag it is the latest: else the engine would pull them all. */
export function splitImage(image: string): { readonly name: string; readonly tag: string | undefined } {
  if (image.includes('@')) return { name: image, tag: undefined }
  const at = image.lastIndexOf(':')
  if (at < 0 || image.indexOf('/', at) >= 0) return { name: image, tag: 'latest' }
  return { name: image.slice(0, at), tag: image.slice(at + 1) }
}

/** Slashes of an image's name stay; what would end the path does not. */
export function nameInPath(name: string): string {
  if (name.trim() === '' || name.split('/').includes('..')) throw new TaskError(`"${name}" is no name of an image`)
  return encodeURIComponent(name).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@')
}
