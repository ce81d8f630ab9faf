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

export interface Sshd extends FileServer {
  /** Of the user. */
  readonly privateKey: string
  /** Another one of the user, whose passphrase is `locked`. */
  readonly lockedKey: string
  /** Of nobody that the server knows. */
  readonly strangerKey: string
}

export function startSshd(port?: number): Promise<Sshd>
export function startProftpd(): Promise<FileServer & { readonly certificate: string }>
export function whyNoSmbd(): string | undefined
export function startSmbd(): Promise<FileServer & { readonly bin: string }>
