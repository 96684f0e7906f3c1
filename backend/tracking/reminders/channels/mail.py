"""Reminders by e-mail."""

import smtplib
import socket

from django.core.mail import EmailMessage

from backend.tracking.reminders.channels.message import Message
from backend.tracking.reminders.channels.replies import Answer, Reply

PERMANENT = 500  # SMTP replies from here on will not get better


def send(address: str, message: Message) -> Reply:
    """Send one mail; neither its subject nor its text says anything about whom it is for."""
    body = f"{message.text}\n\n{message.link}\n\n{message.more}\n"
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    mail = EmailMessage(subject=message.text, body=body, to=[address], headers=headers)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        return _refused(min(code for code, _said in refusal.recipients.values()))
    except smtplib.SMTPResponseException as refusal:
        return _refused(refusal.smtp_code)
    except (ConnectionRefusedError, socket.gaierror):
        return Reply(Answer.LATER)  # nobody was spoken to
    except OSError:  # as are smtplib's other errors: the talk broke off, perhaps after the mail was handed over
        return Reply(Answer.UNKNOWN)
    return Reply(Answer.ACCEPTED)


def _refused(code: int) -> Reply:
    return Reply(Answer.REFUSED if code >= PERMANENT else Answer.LATER)
