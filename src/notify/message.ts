/** A picture or file that goes with a mail. */
export interface Attachment {
  readonly filename: string
  readonly contentType: string
  readonly content: Buffer
  /** Content id, for a picture that the HTML shows. */
  readonly cid?: string
}

/** The event that a message is about, or the host whose account it is about: whose the message is, whatever its address. */
export interface MessageOwner {
  readonly kind: 'event' | 'host'
  readonly id: string
}

/** A mail, ready to be sent. */
export interface Mail {
  /** The same for every try of the same message: it becomes the Message-ID, by which mail systems drop a second copy. */
  readonly id: string
  readonly owner: MessageOwner
  readonly to: { readonly name: string | null; readonly address: string }
  /** Shown as the sender's name; the address is the product's. Null for the product's own name. */
  readonly senderName: string | null
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly attachments: readonly Attachment[]
}

/** A text message, ready to be sent. */
export interface Sms {
  readonly id: string
  readonly owner: MessageOwner
  /** E.164. */
  readonly to: string
  readonly text: string
}

export interface Mailer {
  /**
   * Hands a mail over. Resolves when somebody else is responsible for it: the mail server took it, or it is on disk.
   * @throws DeliveryFailed
   */
  send(mail: Mail): Promise<void>
  close(): Promise<void>
}

export interface SmsSender {
  /** @throws DeliveryFailed */
  send(sms: Sms): Promise<void>
}

/**
 * A message was not taken. The message of this error is for the host and stands in the log for ever, so it names what
 * went wrong and never whom it was for.
 */
export class DeliveryFailed extends Error {
  /** The same message to the same address will never be taken: do not try again. */
  readonly permanent: boolean

  constructor(reason: string, options: { permanent: boolean; cause?: unknown }) {
    super(reason, { cause: options.cause })
    this.name = 'DeliveryFailed'
    this.permanent = options.permanent
  }
}
