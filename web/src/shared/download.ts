/** Gives the browser a text of this page to save under a name. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Some browsers start to read only after the click has been handled; a minute is ample.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 60_000)
}
