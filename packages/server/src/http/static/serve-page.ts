// Serves the web page: `/ui` and whatever the page itself makes of the rest of the path. Asked only for what is no route of the API, so that the
// API pays nothing for it.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { Headers, Reply } from '../reply.ts'
import { openPageFiles, type PageFile, type PageFiles } from './page-files.ts'

export interface PageRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** Undefined where there is nothing of the page. */
export type PageServer = (request: PageRequest) => Promise<Reply> | Reply | undefined

const BASE = '/ui'
const FOREVER = 'public, max-age=31536000, immutable'
/** Asked for again each time, and answered in a few bytes where nothing has changed. */
const REVALIDATED = 'no-cache'
const FIRST_SHELL = /<template id="first-shell">[^]*<\/template>/
/** Without a referrer a browser would send the forms of the page with the origin `null`, and they would be refused. */
const REFERRER: Headers = { 'referrer-policy': 'same-origin' }
/** A program of the page that runs beside it, in a worker, is held by the policy of its own file. */
const FILE_POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

export interface PageServerOptions {
  readonly folder: string
  readonly tenant: string
  /** Of whom it is sure already that they have to sign in: the shell is none of theirs. */
  isStranger(headers: IncomingHttpHeaders): boolean
}

export function newPageServer({ folder, tenant, isStranger }: PageServerOptions): PageServer {
  const open = openPageFiles(folder)
  return request => {
    const { method, path } = request
    if (method !== 'GET' && method !== 'HEAD') return undefined
    if (path === '/') return redirect(`${BASE}/`)
    if (path !== BASE && !path.startsWith(`${BASE}/`)) return undefined
    const files = open()
    if (files === undefined) return notBuilt()
    const name = path.slice(BASE.length + 1)
    const file = files.files.get(name)
    if (file !== undefined && name !== 'index.html') return sendFile(request, { folder, name, file })
    // A file of an older build, or a mistyped one: the index would be taken for a program.
    if (name.startsWith('assets/')) return undefined
    return sendIndex(request, files, { tenant, isStranger: isStranger(request.headers) })
  }
}

function redirect(location: string): Reply {
  return { type: 'empty', status: 302, headers: { location, 'cache-control': REVALIDATED } }
}

function notBuilt(): Reply {
  const body = 'The web page is not built. Run: npm run build\n'
  return { type: 'body', status: 503, contentType: 'text/plain; charset=utf-8', body }
}

interface Asked {
  readonly folder: string
  readonly name: string
  readonly file: PageFile
}

async function sendFile({ method, headers }: PageRequest, { folder, name, file }: Asked): Promise<Reply> {
  const encoding = encodingOf(headers['accept-encoding'], file)
  const size = encoding === undefined ? file.size : (file[encoding] ?? file.size)
  const more: Headers = {
    'cache-control': FOREVER,
    'content-security-policy': FILE_POLICY,
    ...(file.br === undefined ? {} : { vary: 'accept-encoding' }),
    ...(encoding === undefined ? {} : { 'content-encoding': encoding === 'br' ? 'br' : 'gzip' }),
  }
  if (method === 'HEAD')
    return {
      type: 'empty',
      status: 200,
      headers: { ...more, 'content-type': file.type, 'content-length': String(size) },
    }
  const body = await readFile(join(folder, encoding === undefined ? name : `${name}.${encoding}`))
  return { type: 'body', status: 200, contentType: file.type, body, headers: more }
}

/** The smallest that the client takes. */
function encodingOf(accepted: string | string[] | undefined, file: PageFile): 'br' | 'gz' | undefined {
  const names = [accepted ?? '']
    .flat()
    .join(',')
    .split(',')
    .filter(name => !/;\s*q=0(\.0*)?\s*$/.test(name))
    .map(name => name.split(';')[0]?.trim())
  if (file.br !== undefined && names.includes('br')) return 'br'
  if (file.gz !== undefined && names.includes('gzip')) return 'gz'
  return undefined
}

interface Visitor {
  readonly tenant: string
  readonly isStranger: boolean
}

async function sendIndex({ method, path, headers }: PageRequest, files: PageFiles, visitor: Visitor): Promise<Reply> {
  const text = fillIndex(files, path, visitor)
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
  const encoding = encodingOf(headers['accept-encoding'], ANY_FORM)
  const body = encoding === undefined ? text : await packIndex(files, text, encoding)
  const more: Headers = {
    ...REFERRER,
    'cache-control': REVALIDATED,
    'content-security-policy': policyOf(files),
    etag: encoding === undefined ? etag : `W/${etag}`,
    vary: 'accept-encoding',
    ...(encoding === undefined ? {} : { 'content-encoding': encoding === 'br' ? 'br' : 'gzip' }),
  }
  const seen = [headers['if-none-match'] ?? '']
    .flat()
    .join(',')
    .split(',')
    .map(tag => tag.trim().replace(/^W\//, ''))
  if (seen.includes(etag)) return { type: 'empty', status: 304, headers: more }
  const contentType = 'text/html; charset=utf-8'
  if (method === 'HEAD')
    return {
      type: 'empty',
      status: 200,
      headers: { ...more, 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) },
    }
  return { type: 'body', status: 200, contentType, body, headers: more }
}

const ANY_FORM: PageFile = { type: '', size: 0, br: 0, gz: 0 }
/** A page differs by its pattern and its visitor only, so there are few. */
const packed = new WeakMap<PageFiles, Map<string, Promise<Buffer>>>()
const PACK = { br: promisify(brotliCompress), gz: promisify(gzip) } as const

/** Other threads do the work, once for each form of the page. */
function packIndex(files: PageFiles, text: string, encoding: 'br' | 'gz'): Promise<Buffer> {
  const known = packed.get(files) ?? new Map<string, Promise<Buffer>>()
  packed.set(files, known)
  const key = `${encoding} ${text}`
  const body = known.get(key) ?? PACK[encoding](text)
  known.set(key, body)
  return body
}

/** With the tenant, the first questions of the page, and its programs: the browser asks for all of them before any program runs. */
function fillIndex(files: PageFiles, path: string, { tenant, isStranger }: Visitor): string {
  const { index, everywhere, firstCalls, programs } = files
  const below = path.slice(BASE.length)
  const own = below.startsWith(`/${tenant}/`) ? below.slice(tenant.length + 1) : below
  const call = Object.hasOwn(firstCalls, own) ? firstCalls[own] : undefined
  // A stranger is asked to sign in first, and would be refused.
  const calls = isStranger ? [] : [everywhere, call && `/${encodeURIComponent(tenant)}${call}`]
  const asked = calls.map(each =>
    each === undefined
      ? ''
      : `<link rel="preload" as="fetch" crossorigin="anonymous" href="${escape(`/api/v1${each}`)}">`,
  )
  const needed = programs.find(({ pattern }) => pattern.test(own))?.files ?? []
  const links = needed.map(name => {
    const kind = name.endsWith('.css') ? 'rel="preload" as="style"' : 'rel="modulepreload"'
    return `<link ${kind} crossorigin href="${BASE}/${escape(name)}">`
  })
  const filled = index.replace('%TENANT%', escape(tenant)).replace('<!--FIRST-CALL-->', [...asked, ...links].join(''))
  return isStranger ? filled.replace(FIRST_SHELL, '') : filled
}

function escape(text: string): string {
  return text.replace(/[&"<>]/g, letter => `&#${letter.charCodeAt(0)};`)
}

/** Everything comes from here, and what is not named comes from nowhere: no script beside ours, no style element, no plugin, no frame around us, no form that leads away. */
function policyOf({ scriptHashes }: PageFiles): string {
  return [
    `default-src 'none'`,
    `script-src ${["'self'", ...scriptHashes].join(' ')}`,
    `style-src 'self'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `worker-src 'self'`,
    `frame-src 'self' blob:`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types default`,
  ].join('; ')
}
