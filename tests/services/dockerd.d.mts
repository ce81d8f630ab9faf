export const IMAGE: string

export interface Dockerd {
  /** Address of the engine. */
  readonly host: string
  /** With its programs on the PATH and its address in DOCKER_HOST. */
  readonly environment: Readonly<Record<string, string>>
  /** Runs the docker command and gives what it prints. */
  docker(...args: readonly string[]): string
  /** Makes an image of a folder. */
  importTree(folder: string, image: string): void
  /** Again, after `stop`. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Ends it and all that it has made. */
  remove(): Promise<void>
}

export function startDockerd(): Promise<Dockerd>
