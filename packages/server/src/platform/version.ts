/** Of this program; every node tells it to the others. */
export const VERSION = '0.1.0'
