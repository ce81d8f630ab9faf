export interface PackageSize {
  readonly path: string
  readonly bytes: number
}

export interface InstallSize {
  /** The largest first, without Node. */
  readonly packages: readonly PackageSize[]
  readonly bytes: number
  /** Of the Node that npm brings; 0 where it brings none. */
  readonly nodeBytes: number
}

export const WALL_BYTES: number
export function measureInstall(): InstallSize
