// The body of a request: a text, or a form as its content type says. Files of a form are read from disk while they are sent.
import { openAsBlob } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  convertValue,
  decodeValue,
  isList,
  isMap,
  isStorageUri,
  mapEntries,
  mapGet,
  parseStorageUri,
  printValue,
  TaskError,
} from '@batuta/plugin-sdk'
import type { RunContext, Value, ValueMap } from '@batuta/plugin-sdk'

export interface HttpBody {
  /** Once per hop: a redirect may send it again. */
  open(): Promise<OpenBody>
}

export interface OpenBody {
  readonly content: string | Buffer | Readable
  readonly contentType: string
}

/** Smaller forms are sent with their length, which some servers insist on. */
const BUFFERED_MAX_BYTES = 8 * 1024 * 1024

export interface BodyParts {
  readonly body: Value | undefined
  readonly formData: Value | undefined
  readonly contentType: string | undefined
}

export async function buildBody(
  ctx: RunContext,
  { body, formData, contentType }: BodyParts,
): Promise<HttpBody | undefined> {
  if (formData !== undefined && formData !== null) {
    const fields = [...mapEntries(toFields(formData))].flatMap(([name, value]) =>
      isList(value) ? value.map(item => [name, item] as const) : [[name, value] as const],
    )
    const isMultipart = contentType?.includes('multipart') ?? fields.some(([, value]) => isFile(value))
    return isMultipart ? multipart(ctx, fields) : urlEncoded(fields)
  }
  const content = body === undefined ? undefined : convertValue({ type: 'string' }, body, 'body')
  if (typeof content !== 'string') return undefined
  return textBody(content, contentType ?? 'application/json')
}

function textBody(content: string, contentType: string): HttpBody {
  return { open: () => Promise.resolve({ content, contentType }) }
}

async function openForm(form: FormData): Promise<OpenBody> {
  const { headers, body } = new Response(form)
  const contentType = headers.get('content-type') ?? 'multipart/form-data'
  if (body === null) return { content: '', contentType }
  const stream = Readable.fromWeb(body)
  if (sizeOf(form) > BUFFERED_MAX_BYTES) return { content: stream, contentType }
  return { content: await buffer(stream), contentType }
}

function sizeOf(form: FormData): number {
  let bytes = 0
  for (const [, value] of form) bytes += typeof value === 'string' ? value.length : value.size
  return bytes
}

type Field = readonly [string, Value]

function toFields(formData: Value): ValueMap {
  const value = typeof formData === 'string' ? decodeValue(formData) : formData
  if (isMap(value)) return value
  throw new TaskError('property "formData" must be a map from field name to value')
}

function isFile(value: Value): boolean {
  return typeof value === 'string' ? isStorageUri(value) : isMap(value) && mapGet(value, 'content') !== undefined
}

function urlEncoded(fields: readonly Field[]): HttpBody {
  const form = new URLSearchParams()
  for (const [name, value] of fields) form.append(name, printValue(value))
  return textBody(form.toString(), 'application/x-www-form-urlencoded')
}

async function multipart(ctx: RunContext, fields: readonly Field[]): Promise<HttpBody> {
  const form = new FormData()
  for (const [name, value] of fields) {
    if (isFile(value)) await appendFile(ctx, form, name, value)
    else form.append(name, printValue(value))
  }
  return { open: () => openForm(form) }
}

async function appendFile(ctx: RunContext, form: FormData, name: string, value: Value): Promise<void> {
  const given = isMap(value) ? value : { content: value }
  const content = printValue(mapGet(given, 'content') ?? null)
  const fileName = mapGet(given, 'name')
  const path = await ctx.workingDir.createPath()
  if (isStorageUri(content)) await ctx.files.copyTo(content, path)
  else await writeFile(path, content)
  const ownName = isStorageUri(content) ? parseStorageUri(content).at(-1) : undefined
  form.append(name, await openAsBlob(path), fileName === undefined ? (ownName ?? name) : printValue(fileName))
}
