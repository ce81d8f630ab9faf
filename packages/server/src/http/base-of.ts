import type { HttpDependencies } from './dependencies.ts'

/** How people reach the server, without a slash at the end. */
export function baseOf({ config: { url, host, port } }: Pick<HttpDependencies, 'config'>): string {
  return url?.replace(/\/+$/, '') ?? `http://${host}:${port}`
}
