#include "proxy/downstream/dispatcher.h"

#include <array>
#include <vector>

#include "base/nearest.h"
#include "protocol/messages.h"
#include "proxy/downstream/rpc_errors.h"
#include "proxy/routing/router.h"
#include "proxy/tools/tool_result.h"

namespace proxy::downstream {
namespace {

using protocol::Envelope;
using protocol::LinkForm;
using protocol::ListKind;
using protocol::Method;
using protocol::RpcError;

RpcError unknown_method(const Envelope& request) {
  if (request.method != Method::unknown) {
    return {protocol::kMethodNotFound,
            fmt::format("unknown method {}: it is not offered here, see the capabilities in the "
                        "result of initialize",
                        request.method_name),
            {}};
  }
  const std::string_view name = request.method_name.substr(0, 100);
  std::vector<std::string_view> known;
  for (std::uint8_t i = 1; i < protocol::kMethodCount; ++i) {
    known.push_back(to_string(static_cast<Method>(i)));
  }
  const auto near = base::nearest(name, known, 1);
  return {protocol::kMethodNotFound,
          fmt::format("unknown method {}.{}", name, base::did_you_mean(near)),
          {}};
}

std::string text_result(std::string_view text) {
  std::string out;
  protocol::append_text_result(out, text, /*is_error=*/false);
  return out;
}

base::Error another_variant(tools::MetaTool variant, std::string_view id, tools::Effect effect) {
  return {base::ErrorCode::forbidden, fmt::format("{} may not call {}", to_string(variant), id),
          fmt::format("use {}", to_string(tools::call_variant_for(effect)))};
}

// Of a tool that nothing is known of, not even whether it is there.
base::Error never_listed(const upstream::Fleet& fleet, const routing::Route& route,
                         tools::MetaTool variant) {
  const auto view = fleet.view(route.upstream);
  const std::string& server = view->spec->name;
  std::string why;
  if (view->memory->last_failure) why = ": " + view->memory->last_failure->message;
  return {
      base::ErrorCode::forbidden,
      fmt::format("{} may not call {}:{}: server {} was never listed, so nothing is known of "
                  "its tools; it is {}{}",
                  to_string(variant), server, route.tool_name, server, to_string(view->state), why),
      fmt::format("see upstream_servers {{\"operation\":\"why\",\"name\":\"{}\"}}, and try again "
                  "when it was listed; {} starts it and calls whatever the tool does",
                  server, to_string(tools::MetaTool::call_tool_destructive))};
}

}  // namespace

std::optional<SessionFacts> Dispatcher::greet(Surface& surface, security::Principal principal,
                                              const Envelope& request, Reply& reply) const {
  if (const auto refusal = parts_.surfaces.refusal(surface)) {
    reply.error(request.id, {protocol::kInvalidRequest, base::one_line(*refusal), {}});
    return std::nullopt;
  }
  auto params = protocol::read_initialize_params(request.params);
  if (!params) {
    reply.error(request.id, invalid_params(params.error()));
    return std::nullopt;
  }
  SessionFacts facts;
  facts.principal = principal;
  facts.surface = surface.key;
  facts.revision = protocol::answer_initialize(params->protocol_version);
  facts.abilities = params->abilities;
  return facts;
}

void Dispatcher::append_greeting(std::string& out, const Surface& surface,
                                 const SessionFacts& facts) const {
  protocol::append_initialize_result(out, facts.revision, parts_.offers.abilities_of(surface),
                                     parts_.surfaces.implementation_of(surface),
                                     parts_.surfaces.instructions_of(surface));
}

void Dispatcher::initialize(Surface& surface, security::Principal principal,
                            const Envelope& request, Reply reply) {
  auto facts = greet(surface, principal, request, reply);
  if (!facts) return;
  const Session& session = parts_.sessions.begin(*std::move(facts));
  std::string result;
  append_greeting(result, surface, session.facts);
  const std::array headers{http::HeaderField{"Mcp-Session-Id", session.id}};
  reply.result(request.id, result, headers);
}

void Dispatcher::initialize_in_place(Session& session, Surface& surface, const Envelope& request,
                                     Reply reply) {
  auto facts = greet(surface, session.facts.principal, request, reply);
  if (!facts) return;
  session.facts = *std::move(facts);
  std::string result;
  append_greeting(result, surface, session.facts);
  reply.result(request.id, result);
}

void Dispatcher::request(Session& session, Surface& surface, const Envelope& request, Reply reply) {
  switch (request.method) {
    case Method::ping:
      reply.result(request.id, protocol::kEmptyResult);
      return;
    case Method::tools_list:
      list_tools(surface, request, std::move(reply));
      return;
    case Method::tools_call:
      call_tool(session, surface, request, std::move(reply));
      return;
    case Method::prompts_list:
      return Offers::list(ListKind::prompts, surface, request, std::move(reply));
    case Method::resources_list:
      return Offers::list(ListKind::resources, surface, request, std::move(reply));
    case Method::resources_templates_list:
      return Offers::list(ListKind::resource_templates, surface, request, std::move(reply));
    case Method::prompts_get:
      return parts_.offers.get_prompt(session, surface, request, std::move(reply));
    case Method::resources_read:
      return parts_.offers.read_resource(session, surface, request, std::move(reply));
    case Method::resources_subscribe:
      return parts_.offers.subscribe(session, surface, request, std::move(reply));
    case Method::resources_unsubscribe:
      return parts_.offers.unsubscribe(session, surface, request, std::move(reply));
    case Method::completion_complete:
      return parts_.offers.complete(session, surface, request, std::move(reply));
    case Method::logging_set_level:
      return parts_.offers.set_log_level(session, surface, request, std::move(reply));
    case Method::initialize:
      reply.error(request.id,
                  {protocol::kInvalidRequest,
                   "this session is initialized already: go on with it, or open another without "
                   "Mcp-Session-Id",
                   {}});
      return;
    default:
      reply.error(request.id, unknown_method(request));
      return;
  }
}

void Dispatcher::other(Session& session, const Envelope& message) {
  if (message.kind != protocol::MessageKind::notification) {
    parts_.questions.on_answer(session, message);
    return;
  }
  // The others (initialized, roots/list_changed, progress) change nothing here.
  if (message.method == Method::cancelled && !message.request_id.empty()) {
    parts_.calls.cancel(session, message.request_id);
  }
}

void Dispatcher::list_tools(Surface& surface, const Envelope& request, Reply reply) {
  if (surface.tools == ToolAccess::meta &&
      (request.cursor.present || request.cursor_is_no_string)) {
    reply.error(request.id, invalid_params("the cursor is not one of ours: these tools are one "
                                           "page, list again without a cursor"));
    return;
  }
  if (surface.tools == ToolAccess::meta) {
    const std::string result = fmt::format(R"({{"tools":{}}})", tools::meta_tools_json());
    reply.result(request.id, result);
    return;
  }
  Offers::list(ListKind::tools, surface, request, std::move(reply));
}

void Dispatcher::call_tool(Session& session, const Surface& surface, const Envelope& request,
                           Reply reply) {
  if (!request.name.present || request.name.raw.empty()) {
    reply.error(request.id,
                invalid_params(
                    "tools/call needs params.name, a string: the name of a tool from tools/list"));
    return;
  }
  if (!request.arguments.empty() && !request.arguments_is_object) {
    reply.error(request.id, invalid_params("params.arguments of tools/call is not an object: pass "
                                           "a JSON object, not text or a list"));
    return;
  }
  if (surface.tools == ToolAccess::direct) {
    call_direct(session, surface, request, std::move(reply));
    return;
  }
  const std::string name = request.name.text();
  if (const auto tool = tools::meta_tool_from(name)) {
    call_meta_tool(session, *tool, request, std::move(reply));
    return;
  }
  reply.error(
      request.id,
      invalid_params(fmt::format(
          "unknown tool {}. The tools here are retrieve_tools, describe_tool and the call_tool "
          "family; tools of the servers behind are called through these, by id",
          name.substr(0, 100))));
}

void Dispatcher::call_direct(Session& session, const Surface& surface, const Envelope& request,
                             Reply reply) {
  std::string decoded;
  std::string_view name = request.name.raw;
  if (request.name.escaped) name = decoded = request.name.text();
  const auto route = routing::route_in(parts_.catalog, surface.view, name);
  if (!route) {
    reply.error(request.id, invalid_params(route.error()));
    return;
  }
  upstream::CallSpec spec;
  spec.request = &request;
  spec.name = route->tool_name;
  spec.progress_token = request.progress_token;
  CallStyle style{CallForm::direct, std::nullopt, false};
  if (surface.view.naming == catalog::Naming::flat) style.links = LinkForm::tool_result;
  parts_.calls.start(session, std::move(reply), request.id, style, route->upstream, spec);
}

void Dispatcher::call_meta_tool(Session& session, tools::MetaTool tool, const Envelope& request,
                                Reply reply) {
  switch (tool) {
    case tools::MetaTool::retrieve_tools: {
      const auto arguments = tools::retrieve_arguments(request.arguments);
      const auto answer = arguments ? parts_.finder.retrieve(*arguments, tools_limit_)
                                    : base::Result<std::string>(arguments.error());
      reply.result(request.id, answer ? text_result(*answer) : tools::error_result(answer.error()));
      return;
    }
    case tools::MetaTool::describe_tool: {
      const auto arguments = tools::describe_arguments(request.arguments);
      reply.result(request.id, arguments ? text_result(parts_.finder.describe(*arguments))
                                         : tools::error_result(arguments.error()));
      return;
    }
    case tools::MetaTool::read_cache:
      return read_cache(session, request, std::move(reply));
    case tools::MetaTool::upstream_servers:
      return manage(session, tools::ManagedKind::server, request, std::move(reply));
    case tools::MetaTool::groups:
      return manage(session, tools::ManagedKind::group, request, std::move(reply));
    case tools::MetaTool::call_tool_read:
    case tools::MetaTool::call_tool_write:
    case tools::MetaTool::call_tool_destructive:
    case tools::MetaTool::call_tool:
      break;
  }
  call_by_id(session, tool, request, std::move(reply));
}

void Dispatcher::read_cache(const Session& session, const Envelope& request, Reply reply) {
  const auto arguments = tools::read_arguments(request.arguments);
  if (!arguments) {
    reply.result(request.id, tools::error_result(arguments.error()));
    return;
  }
  const auto later = std::make_shared<Reply>(std::move(reply));
  parts_.results.read(
      caller_of(session), *arguments,
      [later, id = std::string(request.id)](const base::Result<std::string>& answer) {
        later->result(id, answer ? *answer : tools::error_result(answer.error()));
      });
}

void Dispatcher::manage(const Session& session, tools::ManagedKind kind, const Envelope& request,
                        Reply reply) {
  const auto later = std::make_shared<Reply>(std::move(reply));
  parts_.management.run(
      kind, session.facts.principal, request.arguments,
      [this, later, id = std::string(request.id),
       caller = caller_of(session)](const base::Result<std::string>& answer) {
        if (!answer) {
          later->result(id, tools::error_result(answer.error()));
          return;
        }
        const std::string result = text_result(*answer);
        if (!parts_.results.concerns(result.size())) {
          later->result(id, result);
          return;
        }
        parts_.results.fit({caller, "mcptrunk", "upstream_servers"}, result,
                           [later, id](std::string_view fitting) { later->result(id, fitting); });
      });
}

void Dispatcher::call_by_id(Session& session, tools::MetaTool variant, const Envelope& request,
                            Reply reply) {
  const auto arguments = tools::call_arguments(tools::to_string(variant), request.arguments);
  if (!arguments) {
    reply.result(request.id, tools::error_result(arguments.error()));
    return;
  }
  const auto route = routing::route(parts_.catalog, parts_.fleet, arguments->id);
  if (!route) {
    reply.result(request.id, tools::error_result(route.error()));
    return;
  }
  const tools::Effect effect =
      route->tool == nullptr ? tools::Effect::destroys
                             : tools::effect_of(route->tool->read_only, route->tool->destructive);
  if (!tools::covers(variant, effect)) {
    auto held = parts_.fleet.refusal(route->upstream);
    reply.result(request.id,
                 tools::error_result(held ? *std::move(held)
                                     : route->tool != nullptr
                                         ? another_variant(variant, arguments->id, effect)
                                         : never_listed(parts_.fleet, *route, variant)));
    return;
  }
  upstream::CallSpec spec;
  spec.method = protocol::to_string(Method::tools_call);
  spec.name = route->tool_name;
  spec.arguments = arguments->arguments;
  spec.progress_token = request.progress_token;
  parts_.calls.start(session, std::move(reply), request.id,
                     {CallForm::by_meta_tool, LinkForm::tool_result, false}, route->upstream, spec);
}

}  // namespace proxy::downstream
