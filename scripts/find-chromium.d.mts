/** Its path, or undefined. */
export function findChromium(): string | undefined
export const HOW_TO: string
