// Sends a form with files and tells how far it is: `fetch` cannot.

export interface Uploaded {
  readonly status: number
  readonly text: string
}

export function upload(url: string, form: FormData, onProgress: (part: number) => void): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('x-requested-with', 'XMLHttpRequest')
    request.upload.addEventListener('progress', ({ loaded, total, lengthComputable }) => {
      if (lengthComputable && total > 0) onProgress(loaded / total)
    })
    request.addEventListener('load', () => resolve({ status: request.status, text: request.responseText }))
    request.addEventListener('error', () => reject(new Error('The upload broke off: the server cannot be reached.')))
    request.addEventListener('abort', () => reject(new Error('The upload was given up.')))
    request.send(form)
  })
}
