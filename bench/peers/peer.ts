// What a peer has to offer so that one driver can install it, start it and give it the same work as every other.
import type { Stage } from './stage.ts'

export interface Peer {
  /** What is typed on the command line; several variants of one product share the folder of `installation`. */
  readonly name: string
  readonly title: string
  /** Where its records are. */
  readonly store: string
  /** What survives a power cut once a start was acknowledged. */
  readonly durable: string
  /** What is kept of a workflow that has ended. */
  readonly stored: string
  /** How the client, the server and the steps stand to one another. */
  readonly how: string
  readonly installation: Installation
  /** For each workflow that takes seconds, a warm-up and 64 clients at once only build a backlog. */
  readonly isSlow?: boolean
  /** Returns when it takes work: server and workers. */
  start(stage: Stage): Promise<RunningPeer>
}

export type Installation =
  | { readonly type: 'built' }
  | { readonly type: 'npm'; readonly folder: string; readonly packages: readonly string[]; readonly overrides?: object }
  | { readonly type: 'pypi'; readonly folder: string; readonly packages: readonly string[] }
  | { readonly type: 'go'; readonly folder: string; readonly module: string; readonly packages: readonly string[] }

export interface RunningPeer {
  /** Runs the three steps once and returns their result, for a look at whether the work was done at all. */
  prove(): Promise<string>
  /** Starts the workflow of three steps and waits for its result. */
  readonly threeSteps: Work
  /** Starts the workflow of two steps and waits until the start is acknowledged. */
  readonly starts: Work
  /** How many workflows of two steps have ended well, by its own records. */
  countEnded(): Promise<number>
}

/** A request for the generator's process, ready to be written; or a call of our own where one request is not enough. */
export type Work =
  | { readonly type: 'http'; readonly port: number; readonly request: string }
  | { readonly type: 'call'; call(): Promise<void> }

/** What the three steps of every peer give. */
export const RESULT = 'one two three'

export function post(port: number, path: string): Work {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 0\r\n\r\n`
  return { type: 'http', port, request: head }
}

export function get(port: number, path: string): Work {
  return { type: 'http', port, request: `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n` }
}
