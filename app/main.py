"""The web process: `create_app` puts every part together, and nothing else does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.middleware.base import DefineMiddleware
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from app import background
from app.admin import routes as admin_routes
from app.admin import services as admin_services
from app.admin.services import AdminServices
from app.auth.read_tokens import ReadTokens
from app.background import Lifespan
from app.captions.feed_limits import FeedCounter
from app.captions.feeds import Feeds
from app.captions.fragments import Fragments
from app.captions.history import History
from app.captions.hub import Hub
from app.captions.reader import CaptionServices
from app.captions.speakers import Speakers
from app.captions.store import CaptionStore
from app.confinement import unseen
from app.db import create_engine, create_sessions
from app.duty import Duty
from app.embed import routes as embed_routes
from app.embed import share
from app.health import routes as health_routes
from app.health.checks import Checks
from app.health.monitor import Monitor
from app.i18n import choosing
from app.keeping import pages as keeping_pages
from app.keeping import routes as keeping_routes
from app.keeping.reading import KeptReading
from app.keeping.service import KeptCalls
from app.keeping.store import KeptStore
from app.keeping.watch import DUTY_SECONDS, KeepingWatch
from app.limits.at_once import AtOnce
from app.limits.names import Names
from app.limits.shared import Shared
from app.limits.telling import Telling
from app.planning import routes as planning_routes
from app.planning.dates import Dates
from app.rooms import call, caption_feed, choices, hosting, installing, interpreting
from app.rooms import routes as room_routes
from app.rooms.abilities import Abilities
from app.rooms.busy import Busy
from app.rooms.door import Passwords
from app.rooms.installing import Installations
from app.rooms.invitations import Invitations
from app.rooms.knocks import Knocks
from app.rooms.links import RoomLinks
from app.rooms.making import Makers, accept_invitation
from app.rooms.moderation import Moderation
from app.rooms.placing import Places
from app.rooms.service import RoomService
from app.rooms.sfu import SfuOperator
from app.settings.web import WebSettings
from app.speech_api import routes as speech_routes
from app.speech_api import services as speech_services
from app.speech_api.services import SpeechServices
from app.talk import routes as talk_routes
from app.transcripts import routes as transcript_routes
from app.transcripts.retention import Retention
from app.transcripts.service import Transcripts
from app.web import errors, security, shell
from app.web.assets import FOLDERS, STATIC, Assets
from app.web.budget import A_MINUTE, BudgetMiddleware
from app.web.cors import cross_origin_hook
from app.web.draining import DrainingMiddleware
from app.web.monitoring import watchers_only
from app.web.proxy import TrustedProxyMiddleware
from app.web.reading import NameableMiddleware, ReadableRequest
from app.web.requests import RequestLogMiddleware
from app.web.templates import create_environment, template_config
from app.web.whole import WholeFormsMiddleware
from tasks.wire import logs
from tasks.wire.queues import sending_broker, waits
from tasks.wire.redis_client import connect_async
from tasks.wire.waiting import Waits

COMPRESSION: Final = CompressionConfig(
    "gzip", gzip_compress_level=6, exclude=[r"^/$", r"^/(?!static/|rooms/[^/]+/call$)[a-z]"]
)
"""Scripts, styles and the call page, which holds all captions so far. Never a feed: it would wait for more."""
A_YEAR: Final = 31_536_000
REDIS_TIMEOUT: Final = 5.0
"""Seconds without an answer after which Redis counts as gone; longer than the longest blocking read."""


@dataclass(frozen=True)
class Services:
    """What request handlers work with."""

    engine: AsyncEngine
    redis: Redis
    waits: Waits
    rooms: RoomService
    makers: Makers
    captions: CaptionServices
    store: CaptionStore
    checks: Checks
    abilities: Abilities
    monitor: Monitor
    speech: SpeechServices
    admin: AdminServices
    transcripts: Transcripts
    retention: Retention
    busy: Busy
    links: RoomLinks
    dates: Dates
    moderation: Moderation
    installations: Installations
    places: Places
    kept_calls: KeptCalls
    kept_store: KeptStore
    kept_reading: KeptReading
    keeping_watch: KeepingWatch
    shared: Shared
    telling: Telling


def create_app(settings: WebSettings | None = None) -> Litestar:
    """The ASGI application; its connections open and its background tasks start with its lifespan.

    Raises:
        SettingError: a setting cannot be used or a secret is missing.
    """
    unseen()
    logs.configure("web")
    settings = settings or WebSettings()
    assets = Assets()
    environment = create_environment(assets, settings.oidc.host, records=settings.keep_calls)
    services = _services(settings, Fragments(environment))
    return Litestar(
        route_handlers=_handlers(services, settings),
        dependencies={
            "settings": _given(settings),
            "assets": _given(assets),
            "rooms": _given(services.rooms),
            "makers": _given(services.makers),
            "links": _given(services.links),
            "dates": _given(services.dates),
            "moderation": _given(services.moderation),
            "room_passwords": _given(Passwords(services.shared)),
            "captions": _given(services.captions),
            "read_tokens": _given(ReadTokens(settings.session_keys)),
            "checks": _given(services.checks),
            "abilities": _given(services.abilities),
            "trend": _given(services.monitor.trend),
            "speech": _given(services.speech),
            "transcripts": _given(services.transcripts),
            "retention": _given(services.retention),
            "admin": _given(services.admin),
            "monitor": _given(services.monitor),
            "busy": _given(services.busy),
            "installations": _given(services.installations),
            "places": _given(services.places),
            "kept_calls": _given(services.kept_calls),
            "kept_reading": _given(services.kept_reading),
        },
        lifespan=[_lifespan(services)],
        middleware=[
            DefineMiddleware(TrustedProxyMiddleware, trusted=settings.trusted_proxies),
            DefineMiddleware(DrainingMiddleware),
            DefineMiddleware(RequestLogMiddleware),
            DefineMiddleware(choosing.InterfaceLanguageMiddleware),
            PrometheusConfig(app_name="web", prefix="jbc_web", group_path=True, exclude="/static").middleware,
            DefineMiddleware(errors.AnswerRefusalsMiddleware, refused=speech_routes.refused),
            DefineMiddleware(NameableMiddleware),
            DefineMiddleware(BudgetMiddleware, spent=services.shared.recent("posts", A_MINUTE)),
            DefineMiddleware(WholeFormsMiddleware),
            security.session_config(settings).middleware,
            security.csrf_middleware(settings),
        ],
        before_send=[
            security.headers_hook(settings, assets),
            cross_origin_hook(settings.feed_origins, {caption_feed.FEED_PATH}),
        ],
        compression_config=COMPRESSION,
        exception_handlers=errors.exception_handlers(speech_routes.refused),
        template_config=template_config(environment),
        request_class=ReadableRequest,
        request_max_body_size=security.MAX_BODY,
        openapi_config=speech_routes.openapi_config(),
        include_in_schema=False,  # but for the routes that are there for programs
        logging_config=None,
    )


def _given(service: object) -> Provide:
    return Provide(lambda: service, sync_to_thread=False)


def _services(settings: WebSettings, fragments: Fragments) -> Services:
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_sessions(engine)
    redis = connect_async(
        settings.tasks.redis_url,
        protocol=2,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=2.0,
        health_check_interval=5,
    )
    names = Names(settings.session_secret)
    shared, at_once = Shared(redis, names), AtOnce(names)
    feeds = Feeds(FeedCounter(settings.feeds, at_once))
    hub, history, speakers = Hub(redis, feeds, sessions), History(redis, sessions), Speakers(sessions)
    store = CaptionStore(redis, sessions)
    places = Places(settings, redis, feeds)
    links, sfu = RoomLinks(sessions), SfuOperator(settings, places.operators)
    broker, looking = sending_broker(settings.tasks.queues_url), waits(settings.tasks, redis)
    speech = speech_services.create(redis, broker, settings, sessions, shared, at_once)
    admin = admin_services.create(settings, sessions, redis, broker, looking, speech, sfu, shared)
    checks = Checks(settings, engine, redis, looking, hub, history, store, places)
    kept_calls = KeptCalls(sessions, redis, sfu, settings)
    folder = settings.var_dir if engine.dialect.name == "sqlite" else None
    demos = settings.max_demo_rooms
    rooms = RoomService(sessions, speakers, demos, admin.rooms.living, waiting_room=settings.waiting_room)
    return Services(
        engine=engine,
        redis=redis,
        waits=looking,
        rooms=rooms,
        makers=Makers(settings, Invitations(sessions), admin.admins, shared),
        captions=CaptionServices(feeds, hub, history, speakers, fragments),
        store=store,
        checks=checks,
        abilities=Abilities(redis, looking),
        monitor=Monitor(settings, redis, looking, checks),
        speech=speech,
        admin=admin,
        transcripts=Transcripts(redis, sessions),
        retention=Retention(redis, engine, history, settings.rooms_unused_days),
        busy=Busy(redis),
        links=links,
        dates=Dates(sessions),
        moderation=Moderation(sessions, sfu, places, feeds, links, Knocks(redis)),
        installations=Installations(redis),
        places=places,
        kept_calls=kept_calls,
        kept_store=KeptStore(redis, sessions, kept_calls.seals),
        kept_reading=KeptReading(sessions, kept_calls.seals),
        keeping_watch=KeepingWatch(sessions, sfu, kept_calls, Duty(redis, "keeping", DUTY_SECONDS), folder),
        shared=shared,
        telling=Telling(redis, at_once),
    )


def _handlers(services: Services, settings: WebSettings) -> list[ControllerRouterHandler]:
    for_ever = CacheControlHeader(max_age=A_YEAR, public=True, immutable=True)
    static = [
        create_static_files_router(f"/static/{folder}", [STATIC / folder], name=folder, cache_control=for_ever)
        for folder in FOLDERS
    ]
    return [
        room_routes.front_page,
        room_routes.create_room,
        accept_invitation,
        room_routes.find_room,
        room_routes.lobby,
        room_routes.join_room,
        room_routes.back_to_form,
        room_routes.show_demos,
        room_routes.try_demo,
        planning_routes.invitation_page,
        planning_routes.set_date,
        planning_routes.calendar_entry,
        call.call_page,
        call.sfu_token,
        talk_routes.talk_form,
        talk_routes.begin_talk,
        talk_routes.talk_page,
        talk_routes.mistaken,
        talk_routes.talk_over,
        choices.change_choices,
        choices.show_abilities,
        hosting.waiting_page,
        hosting.waiting_state,
        hosting.host_area,
        hosting.host_action,
        hosting.holding,
        hosting.change_holding,
        interpreting.let_interpret,
        installing.show_installing,
        caption_feed.caption_feed,
        choosing.choose_language,
        embed_routes.embed,
        embed_routes.embed_style,
        embed_routes.projector,
        share.share_page,
        share.make_links,
        share.make_entry,
        share.make_interpreters_link,
        share.revoke_link,
        transcript_routes.transcript_page,
        transcript_routes.new_lines,
        transcript_routes.transcript_file,
        transcript_routes.line,
        transcript_routes.correct,
        transcript_routes.delete_own,
        keeping_routes.keeping_area,
        keeping_routes.change_keeping,
        keeping_pages.kept_list,
        keeping_pages.player,
        keeping_pages.picture,
        keeping_pages.track_sound,
        keeping_pages.kept_transcript,
        keeping_pages.delete_kept,
        shell.manifest,
        shell.offline_page,
        shell.service_worker,
        health_routes.health,
        health_routes.answers,
        Router(
            "/",
            route_handlers=[health_routes.ready, health_routes.serving, PrometheusController],
            guards=[watchers_only(settings.monitoring_from)],
        ),
        *speech_routes.routers(services.speech.limits),
        *admin_routes.routers(services.admin),
        *static,
    ]


def _lifespan(services: Services) -> Lifespan:
    captions = services.captions
    jobs = (
        captions.hub.run,
        services.store.run,
        services.monitor.run,
        services.retention.run,
        services.admin.run,
        services.moderation.run,
        services.places.run,
        services.kept_store.run,
        services.keeping_watch.run,
        services.telling.run,
    )
    return background.lifespan(
        jobs, captions.feeds, (services.waits.aclose, services.redis.aclose, services.engine.dispose)
    )
