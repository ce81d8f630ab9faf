import { isList, isMap, mapEntries, printValue, TaskError } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, Value } from '@batuta/plugin-sdk'
import { buildBody } from './http-body.ts'
import type { httpProperties } from './http-properties.ts'
import { renderSettings } from './http-settings.ts'
import type { HttpSettings } from './http-settings.ts'
import { sendRequest } from './send-request.ts'
import type { HttpRequest, HttpResponse } from './send-request.ts'

export interface Sent {
  readonly request: HttpRequest
  readonly settings: HttpSettings
  readonly response: HttpResponse
}

const METHOD = /^[A-Z]{1,20}$/
const BODY_SHOWN_CHARS = 1_000
const ERROR_BODY_BYTES = 64 * 1024

/** Renders the request and sends it; a refused response code is a failure that shows the start of the body. */
export async function renderAndSend(
  ctx: RunContext,
  props: LazyProperties<typeof httpProperties>,
  { isAnyCodeFine = false }: { readonly isAnyCodeFine?: boolean } = {},
): Promise<Sent> {
  const settings = await renderSettings(props)
  const request = await renderRequest(ctx, props)
  const response = await sendRequest(ctx, request, settings)
  if (isAnyCodeFine || isAccepted(response.code, settings)) return { request, settings, response }
  const shown = await startOf(response)
  await response.close()
  throw new TaskError(`${request.method} ${urlText(request.url)} was answered with ${response.code}: ${shown}`)
}

export function urlText({ origin, pathname }: URL): string {
  return `${origin}${pathname}`
}

function isAccepted(code: number, { allowsFailed, allowedCodes }: HttpSettings): boolean {
  return code < 400 || allowsFailed || allowedCodes.includes(code)
}

async function startOf({ body }: HttpResponse): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > ERROR_BODY_BYTES) break
  }
  const text = Buffer.concat(chunks).toString('utf8').trim()
  return text === '' ? 'no body' : text.slice(0, BODY_SHOWN_CHARS)
}

async function renderRequest(ctx: RunContext, props: LazyProperties<typeof httpProperties>): Promise<HttpRequest> {
  const contentType = await props.contentType.render()
  const headers = new Map<string, string>()
  for (const [name, value] of (await props.headers.render()) ?? []) headers.set(name.toLowerCase(), value)
  const ownType = contentType ?? headers.get('content-type')
  const body = await buildBody(ctx, {
    body: await props.body.render(),
    formData: await props.formData.render(),
    contentType: ownType,
  })
  if (contentType !== undefined && body !== undefined) headers.set('content-type', contentType)
  if (ctx.traceparent !== undefined && !headers.has('traceparent')) headers.set('traceparent', ctx.traceparent)
  const method = (await props.method.render()).trim().toUpperCase()
  if (!METHOD.test(method)) throw new TaskError(`property "method" must be a method such as GET, not "${method}"`)
  return { url: withParams(parseUrl(await props.uri.render()), await props.params.render()), method, headers, body }
}

function parseUrl(uri: string): URL {
  const url = URL.parse(uri.trim())
  if (url === null) throw new TaskError(`property "uri" must be an absolute address, not "${uri}"`)
  return url
}

function withParams(url: URL, params: Value | undefined): URL {
  if (params === undefined || params === null) return url
  if (!isMap(params)) throw new TaskError('property "params" must be a map from name to value')
  for (const [name, value] of mapEntries(params)) {
    for (const one of isList(value) ? value : [value]) url.searchParams.append(name, printValue(one))
  }
  return url
}
