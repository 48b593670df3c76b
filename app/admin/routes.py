"""Every route of the administration: two that anybody may ask for, and the rest behind the guard."""

from __future__ import annotations

from litestar import Router, get
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from redis.exceptions import RedisError

from app.admin import (
    engine_pages,
    factor_pages,
    glossary_pages,
    invitation_pages,
    kept_pages,
    key_pages,
    log,
    login,
    machine_pages,
    model_pages,
    people_pages,
    room_pages,
    second_step,
    sign_in,
)
from app.admin.access import (
    NotAllowedError,
    NotLoggedInError,
    SecondFactorMissingError,
    broker_lost,
    guard,
    not_allowed,
    redis_lost,
    to_login,
    to_second_factor,
)
from app.admin.services import AdminServices
from tasks.wire.waiting import BrokerAwayError

NO_STORE = {"Cache-Control": "no-store"}


@get("/", status_code=HTTP_303_SEE_OTHER)
async def start() -> Redirect:
    """Where one begins."""
    return Redirect("/admin/rooms", status_code=HTTP_303_SEE_OTHER)


def routers(services: AdminServices) -> list[Router]:
    """The routes. What is in the last router is open to administrators only."""
    anybody = Router(
        "/admin",
        route_handlers=[
            login.login_page,
            login.log_in,
            login.setup_page,
            login.set_up,
            second_step.code_page,
            second_step.take_code,
        ],
    )
    administrators = Router(
        "/admin",
        route_handlers=[
            start,
            room_pages.room_list,
            room_pages.make_room,
            room_pages.room_page,
            room_pages.room_now,
            room_pages.change_room,
            room_pages.close_room,
            room_pages.enter_room,
            room_pages.open_room,
            room_pages.delete_transcript,
            room_pages.delete_room,
            engine_pages.pairs_page,
            engine_pages.choose_engines,
            engine_pages.try_pair,
            engine_pages.trial_sound,
            model_pages.models_page,
            model_pages.models_work,
            model_pages.work_on,
            model_pages.upload_model,
            glossary_pages.glossary_page,
            glossary_pages.put_term,
            glossary_pages.remove_term,
            glossary_pages.export_terms,
            glossary_pages.import_terms,
            invitation_pages.invitations_page,
            invitation_pages.make_invitation,
            invitation_pages.revoke_invitation,
            key_pages.keys_page,
            key_pages.make_key,
            key_pages.revoke_key,
            key_pages.voices_page,
            key_pages.delete_voice,
            machine_pages.workers_page,
            machine_pages.workers_now,
            machine_pages.storage_page,
            kept_pages.kept_page,
            kept_pages.switch_keeping,
            kept_pages.delete_kept,
            log.audit_log,
            people_pages.people,
            people_pages.add_person,
            people_pages.change_role,
            people_pages.remove_person,
            people_pages.remove_factor,
            people_pages.disable_person,
            people_pages.enable_person,
            login.account,
            login.change_password,
            factor_pages.factor_page,
            factor_pages.change_factor,
            login.end_session,
            login.log_out,
        ],
        guards=[guard(services)],
        exception_handlers={
            NotLoggedInError: to_login,
            NotAllowedError: not_allowed,
            SecondFactorMissingError: to_second_factor,
            RedisError: redis_lost,
            BrokerAwayError: broker_lost,
        },
    )
    return [anybody, Router("/", route_handlers=[sign_in.go, sign_in.back, sign_in.sign_out]), administrators]
