export interface Dovecot {
  readonly imapPort: number
  readonly pop3Port: number
  /** Puts a letter into the mailbox of ada, whose password is secret. */
  deliver(subject: string): void
  stop(): Promise<void>
}
export function startDovecot(): Promise<Dovecot>
