"""The table of methods: what the emulator can be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.emulator import account, editing, groups, receiving, sending
from bot.emulator.call import Call
from bot.emulator.state import State

Method = Callable[[State, Call], Any]

METHODS: dict[str, Method] = {
    "getMe": account.get_me,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendVoice": sending.send_voice,
    "sendSticker": sending.send_sticker,
    "sendLocation": sending.send_location,
    "sendContact": sending.send_contact,
    "sendMediaGroup": sending.send_media_group,
    "copyMessage": sending.copy_message,
    "forwardMessage": sending.forward_message,
    "sendChatAction": sending.send_chat_action,
    "getFile": receiving.get_file,
    "answerCallbackQuery": editing.answer_callback_query,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageMedia": editing.edit_message_media,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "setMessageReaction": editing.set_message_reaction,
    "setMyCommands": account.set_my_commands,
    "getMyCommands": account.get_my_commands,
    "deleteMyCommands": account.delete_my_commands,
    "setMyName": account.set_my_name,
    "getMyName": account.get_my_name,
    "setMyDescription": account.set_my_description,
    "getMyDescription": account.get_my_description,
    "setMyShortDescription": account.set_my_short_description,
    "getMyShortDescription": account.get_my_short_description,
    "setChatMenuButton": account.set_chat_menu_button,
    "getChatMenuButton": account.get_chat_menu_button,
    "getChat": groups.get_chat,
    "getChatMember": groups.get_chat_member,
    "getChatMemberCount": groups.get_chat_member_count,
    "getChatAdministrators": groups.get_chat_administrators,
    "leaveChat": groups.leave_chat,
    "createForumTopic": groups.create_forum_topic,
    "editForumTopic": groups.edit_forum_topic,
    "closeForumTopic": groups.close_forum_topic,
    "reopenForumTopic": groups.reopen_forum_topic,
}
READING = frozenset(name for name in METHODS if name.startswith("get"))
