"""The same talk of five typed answers in aiogram, with its states in memory."""

import asyncio
import sys

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import Message

from benchmarks.load import TOKEN

QUESTIONS = ("your name", "your town", "what matters", "what you do", "what you need")
router = Router()


class Form(StatesGroup):
    q0 = State()
    q1 = State()
    q2 = State()
    q3 = State()
    q4 = State()


STATES = (Form.q0, Form.q1, Form.q2, Form.q3, Form.q4)


@router.message(CommandStart())
async def start(message: Message) -> None:
    await message.answer("Welcome.")


@router.message(Command("talk"))
async def talk(message: Message, state: FSMContext) -> None:
    await state.set_state(Form.q0)
    await message.answer(f"What is {QUESTIONS[0]}?")


def asks_after(number: int) -> None:
    @router.message(STATES[number], F.text)
    async def answered(message: Message, state: FSMContext) -> None:
        await state.update_data({f"q{number}": message.text})
        if number + 1 < len(STATES):
            await state.set_state(STATES[number + 1])
            await message.answer(f"What is {QUESTIONS[number + 1]}?")
        else:
            await state.clear()
            await message.answer("Thank you.")


async def main() -> None:
    server = TelegramAPIServer.from_base(f"http://127.0.0.1:{sys.argv[1]}")
    for number in range(len(STATES)):
        asks_after(number)
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)
    await dispatcher.start_polling(Bot(TOKEN, session=AiohttpSession(api=server)))


if __name__ == "__main__":
    asyncio.run(main())
