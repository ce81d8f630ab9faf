import type { FileEntry } from '@batuta/plugin-sdk'
import { NamespaceFiles, relativePath } from '../../namespaces/namespace-files.ts'
import { writeZip } from '../../namespaces/zip/write-zip.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { isSeen, tagOf, tagged } from '../etag.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json, type Reply } from '../reply.ts'
import { RequestError, notFound } from '../request-error.ts'
import { takeUpload } from './take-upload.ts'

const FOUND_MAX = 1_000

export function namespaceFileHandlers(dependencies: HttpDependencies): Handlers<'namespaceFiles'> {
  const { files } = dependencies
  const of = ({ namespace }: { readonly namespace: string }): NamespaceFiles => new NamespaceFiles(files, namespace)
  return {
    search: async ({ params, query }) => {
      const wanted = query.q.toLowerCase()
      const paths = (await of(params).list()).map(({ path }) => `/${path}`)
      return json(paths.filter(path => path.toLowerCase().includes(wanted)).slice(0, FOUND_MAX))
    },
    stats: async ({ params, query: { path = '/' } }) => {
      const found = await of(params).attributes(path)
      if (!found) throw notFound(`The file "${path}"`)
      return json(found)
    },
    directory: async ({ params, query: { path = '/' } }) => {
      const children = await of(params).children(path)
      if (!children) throw notFound(`The folder "${path}"`)
      return json(children)
    },
    createDirectory: async ({ params, query }) => {
      await of(params).createFolder(query.path ?? '/')
      return empty(200)
    },
    export: async ({ params }) => await archive(of(params), params.namespace, dependencies),
    revisions: async ({ params, query }) => {
      const revisions = await of(params).revisions(query.path)
      if (revisions.length === 0) throw notFound(`The file "${query.path}"`)
      return json(
        revisions.map(({ revision, updatedMs }) => ({ revision, updated: new Date(updatedMs).toISOString() })),
      )
    },
    get: async ({ params, query: { path, revision }, incoming: { headers } }) => {
      refuseFlows(path)
      const entry = await of(params).findContent(path, revision)
      if (!entry)
        throw notFound(revision === undefined ? `The file "${path}"` : `The revision ${revision} of the file "${path}"`)
      const etag = `W/${tagOf(`${entry.uri} ${entry.sizeBytes} ${entry.modifiedMs}`)}`
      if (isSeen(etag, headers['if-none-match'])) return { type: 'empty', status: 304, headers: { etag } }
      return tagged(await download(entry, path, dependencies), etag, headers)
    },
    put: async ({ params, query, incoming }) => {
      await takeUpload({ ...params, path: query.path, incoming }, dependencies)
      return empty(200)
    },
    move: async ({ params, query: { from, to } }) => {
      if (!(await of(params).move(pathOfUri(from), pathOfUri(to)))) throw notFound(`The file "${from}"`)
      return empty(200)
    },
    delete: async ({ params, query }) => {
      if (!(await of(params).delete(query.path))) throw notFound(`The file "${query.path}"`)
      return empty(200)
    },
  }
}

/** What was once kept there are flows, which have routes of their own. */
export function refuseFlows(path: string): void {
  if (relativePath(path).split('/')[0] !== '_flows') return
  throw new RequestError(422, 'file-refused', `Flows are no files: read "${path}" by the routes of flows.`)
}

/** A path, or a URI of one. */
function pathOfUri(text: string): string {
  return text.replace(/^kestra:\/\//, '')
}

async function archive(own: NamespaceFiles, namespace: string, { files }: HttpDependencies): Promise<Reply> {
  const found = await own.list()
  const sources = found.map(({ path, uri, modifiedMs }) => ({ path, modifiedMs, open: () => files.open(uri) }))
  return {
    type: 'stream',
    status: 200,
    contentType: 'application/octet-stream',
    chunks: writeZip(sources),
    headers: { 'content-disposition': `attachment; filename="${namespace.replace(/[^\w.-]/g, '_')}_files.zip"` },
  }
}

async function download({ uri, sizeBytes }: FileEntry, path: string, { files }: HttpDependencies): Promise<Reply> {
  const name = relativePath(path).split('/').at(-1) ?? ''
  return {
    type: 'stream',
    status: 200,
    contentType: 'application/octet-stream',
    chunks: await files.open(uri),
    headers: {
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      'content-length': String(sizeBytes),
    },
  }
}
