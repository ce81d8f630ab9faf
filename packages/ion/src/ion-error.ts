/** The text or the bytes are no Ion. */
export class IonError extends Error {
  override readonly name = 'IonError'
}
