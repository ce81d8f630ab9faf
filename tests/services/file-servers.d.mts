export const USER: string
export const PASSWORD: string

export interface FileServer {
  readonly port: number
  /** The folder of the user. */
  readonly home: string
  /** What the server has written. */
  said(): string
  stop(): Promise<void>
}

export function whyNoFileServers(): string | undefined
export function startSshd(
  port?: number,
): Promise<FileServer & { readonly privateKey: string; readonly lockedKey: string }>
export function startProftpd(): Promise<FileServer & { readonly certificate: string }>
