import { onMounted, onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import {
  closeCamera,
  hasCameras,
  hasTorch,
  mayOpenUnasked,
  openCamera,
  setTorch,
  troubleOfCamera,
  type CameraTrouble,
} from './camera.ts'
import { codeReader, type ReadCodes } from './reader.ts'

/** Pause between two looks, in milliseconds: some 8 a second, which leaves a phone cool. */
const PAUSE_MS = 80

export interface UseCamera {
  state: Readonly<Ref<'idle' | 'starting' | 'on' | 'failed'>>
  trouble: Readonly<Ref<CameraTrouble | null>>
  torch: Readonly<Ref<'none' | 'off' | 'on'>>
  start: () => Promise<void>
  toggleTorch: () => Promise<void>
}

/**
 * The camera, open as long as the page is in sight: between scans it stays warm.
 * @param seen told of every code in every picture, some 8 times a second
 */
export function useCamera(
  video: Readonly<ShallowRef<HTMLVideoElement | null>>,
  seen: (text: string) => void,
): UseCamera {
  const state = ref<'idle' | 'starting' | 'on' | 'failed'>('idle')
  const trouble = ref<CameraTrouble | null>(null)
  const torch = ref<'none' | 'off' | 'on'>('none')
  const stream = shallowRef<MediaStream | null>(null)
  let reader: Promise<ReadCodes> | null = null
  let disposed = false

  async function start(): Promise<void> {
    if (state.value === 'starting' || state.value === 'on') return
    if (!hasCameras()) {
      fail('insecure')
      return
    }
    state.value = 'starting'
    try {
      const opened = await openCamera()
      if (disposed || document.hidden) {
        closeCamera(opened)
        state.value = 'idle'
        return
      }
      await show(opened)
    } catch (thrown) {
      fail(troubleOfCamera(thrown))
    }
  }

  async function show(opened: MediaStream): Promise<void> {
    stream.value = opened
    torch.value = hasTorch(opened) ? 'off' : 'none'
    // Another program took the camera, or it was pulled out.
    opened.getVideoTracks()[0]?.addEventListener('ended', () => {
      if (stream.value === opened) fail('busy')
    })
    const element = video.value
    if (element === null) return
    element.srcObject = opened
    await element.play()
    state.value = 'on'
    trouble.value = null
    reader ??= codeReader()
    void look(opened, await reader)
  }

  async function look(opened: MediaStream, read: ReadCodes): Promise<void> {
    while (stream.value === opened) {
      const element = video.value
      const codes = element === null ? [] : await read(element).catch(() => [])
      for (const code of codes) if (code !== '') seen(code)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  function fail(why: CameraTrouble): void {
    stop()
    state.value = 'failed'
    trouble.value = why
  }

  function stop(): void {
    if (stream.value !== null) closeCamera(stream.value)
    stream.value = null
    torch.value = 'none'
    state.value = 'idle'
  }

  async function toggleTorch(): Promise<void> {
    if (stream.value === null || torch.value === 'none') return
    const on = torch.value === 'off'
    await setTorch(stream.value, on)
    torch.value = on ? 'on' : 'off'
  }

  /** Phones take the camera from pages that nobody sees; coming back, it is opened again. */
  function onVisibility(): void {
    if (document.hidden) stop()
    else void startUnasked()
  }

  async function startUnasked(): Promise<void> {
    if (await mayOpenUnasked()) await start()
  }

  document.addEventListener('visibilitychange', onVisibility)
  onMounted(startUnasked)
  onScopeDispose(() => {
    disposed = true
    document.removeEventListener('visibilitychange', onVisibility)
    stop()
  })
  return { state, trouble, torch, start, toggleTorch }
}
