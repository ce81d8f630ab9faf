export interface UnpackOptions {
  /** What of the packages' needs comes along: what is not installed, which is so unless said; all of it; none. */
  readonly needs?: 'missing' | 'all' | 'none'
  /** Changes the folder before it is taken. */
  readonly finish?: (folder: string) => void
}

/** The folder that holds the packages of Debian; `name` is its own in the cache. */
export function unpackOnce(name: string, packages: readonly string[], options?: UnpackOptions): string

/** With the programs and libraries of that folder. */
export function environmentOf(folder: string): Readonly<Record<string, string | undefined>>
