export interface DockerPrograms {
  /** In which its programs run. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The tree of an image. */
  readonly tree: string
}

export function getDockerd(): DockerPrograms

/** The tree of another image: Debian's packages with all that they need, and links in `/usr/bin`. */
export function getTree(name: string, packages: readonly string[], links?: Readonly<Record<string, string>>): string
