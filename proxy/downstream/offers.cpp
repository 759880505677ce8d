#include "proxy/downstream/offers.h"

#include "protocol/members.h"
#include "protocol/splice.h"
#include "proxy/downstream/completion_reference.h"
#include "proxy/downstream/rpc_errors.h"
#include "proxy/routing/offer_router.h"

namespace proxy::downstream {
namespace {

using catalog::Naming;
using protocol::Envelope;
using protocol::LinkForm;
using protocol::Method;

CallStyle style_of(const Surface& surface, std::optional<LinkForm> links) {
  const bool joined = surface.view.naming == Naming::flat;
  return {CallForm::request, joined ? links : std::nullopt, joined};
}

protocol::RpcError unrouted(const base::Error& error, protocol::Revision revision,
                            std::string_view uri) {
  return error.code == base::ErrorCode::not_found ? resource_not_found(error, revision, uri)
                                                  : invalid_params(error);
}

void unite(protocol::ServerAbilities& all, const protocol::ServerAbilities& more) {
  all.prompts |= more.prompts;
  all.resources |= more.resources;
  all.resources_subscribe |= more.resources_subscribe;
  all.logging |= more.logging;
  all.completions |= more.completions;
}

}  // namespace

protocol::ServerAbilities Offers::abilities_of(const Surface& surface) const {
  protocol::ServerAbilities unknown;
  unknown.prompts = unknown.resources = unknown.resources_subscribe = true;
  unknown.logging = unknown.completions = true;
  protocol::ServerAbilities abilities;
  abilities.tools = true;
  for (upstream::UpstreamId id = 0; id < parts_.fleet.size(); ++id) {
    if (!surface.view.scope.contains(id) || !parts_.catalog.visible(id)) continue;
    if (!parts_.fleet.view(id)) continue;
    const catalog::ServerCatalog* known = parts_.catalog.server(id);
    unite(abilities, known == nullptr ? unknown : known->abilities());
  }
  // A reload may give /mcp another face.
  abilities.tools_list_changed =
      surface.tools == ToolAccess::direct || surface.endpoint == Endpoint::mcp;
  abilities.prompts_list_changed = abilities.resources_list_changed = true;
  return abilities;
}

void Offers::list(protocol::ListKind kind, Surface& surface, const Envelope& request, Reply reply) {
  if (request.cursor_is_no_string) {
    reply.error(request.id,
                invalid_params(fmt::format("params.cursor of {} is no string: pass the nextCursor "
                                           "of the page before, or leave it out",
                                           request.method_name)));
    return;
  }
  if (!request.cursor.present) {
    reply.result(request.id, surface.pages.first(kind));
    return;
  }
  const auto page = surface.pages.page(kind, request.cursor.text());
  if (!page) {
    reply.error(request.id, invalid_params(page.error()));
    return;
  }
  reply.result(request.id, **page);
}

void Offers::get_prompt(Session& session, const Surface& surface, const Envelope& request,
                        Reply reply) {
  if (!request.name.present || request.name.raw.empty()) {
    reply.error(request.id, invalid_params("prompts/get needs params.name, a string"));
    return;
  }
  if (!request.arguments.empty() && !request.arguments_is_object) {
    reply.error(request.id, invalid_params("params.arguments of prompts/get is not an object"));
    return;
  }
  const std::string name = request.name.text();
  const auto route = routing::route_prompt(parts_.catalog, surface.view, name);
  if (!route) {
    reply.error(request.id, invalid_params(route.error()));
    return;
  }
  upstream::CallSpec spec;
  spec.request = &request;
  spec.name = route->name;
  spec.progress_token = request.progress_token;
  parts_.calls.start(session, std::move(reply), request.id,
                     style_of(surface, LinkForm::prompt_result), route->upstream, spec);
}

std::optional<WatchedResource> Offers::resource_of(const Session& session, const Surface& surface,
                                                   const Envelope& request, Reply& reply) const {
  if (!request.uri.present || request.uri.raw.empty()) {
    reply.error(request.id,
                invalid_params(fmt::format("{} needs params.uri, a string", request.method_name)));
    return std::nullopt;
  }
  std::string uri = request.uri.text();
  if (uri.size() > protocol::kUriBytesMax) {
    reply.error(request.id,
                invalid_params(fmt::format("params.uri of {} is over {} bytes", request.method_name,
                                           protocol::kUriBytesMax)));
    return std::nullopt;
  }
  auto route = routing::route_uri(parts_.catalog, surface.view, uri);
  if (!route) {
    reply.error(request.id, unrouted(route.error(), session.facts.revision, uri));
    return std::nullopt;
  }
  return WatchedResource{route->upstream, std::move(route->uri), std::move(uri),
                         surface.view.naming == Naming::flat};
}

void Offers::read_resource(Session& session, const Surface& surface, const Envelope& request,
                           Reply reply) {
  const auto resource = resource_of(session, surface, request, reply);
  if (!resource) return;
  upstream::CallSpec spec;
  spec.request = &request;
  spec.uri = resource->uri;
  spec.progress_token = request.progress_token;
  parts_.calls.start(session, std::move(reply), request.id,
                     style_of(surface, LinkForm::read_result), resource->upstream, spec);
}

void Offers::subscribe(Session& session, const Surface& surface, const Envelope& request,
                       Reply reply) {
  auto resource = resource_of(session, surface, request, reply);
  if (!resource) return;
  parts_.subscriptions.subscribe(session, std::move(reply), request.id, *std::move(resource));
}

void Offers::unsubscribe(Session& session, const Surface& surface, const Envelope& request,
                         Reply reply) {
  const auto resource = resource_of(session, surface, request, reply);
  if (!resource) return;
  parts_.subscriptions.unsubscribe(session, *resource);
  reply.result(request.id, "{}");
}

void Offers::complete(Session& session, const Surface& surface, const Envelope& request,
                      Reply reply) {
  const auto reference = read_completion_reference(request.params);
  if (!reference) {
    reply.error(request.id, invalid_params(reference.error()));
    return;
  }
  upstream::UpstreamId upstream = 0;
  std::string own_name;
  if (reference->kind == CompletionReference::Kind::prompt) {
    const auto route = routing::route_prompt(parts_.catalog, surface.view, reference->text);
    if (!route) {
      reply.error(request.id, invalid_params(route.error()));
      return;
    }
    upstream = route->upstream;
    own_name = route->name;
  } else {
    auto route = routing::route_reference(parts_.catalog, surface.view, reference->text);
    if (!route) {
      reply.error(request.id, unrouted(route.error(), session.facts.revision, reference->text));
      return;
    }
    upstream = route->upstream;
    own_name = std::move(route->uri);
  }
  const std::string params = with_completion_reference(request.params, *reference, own_name);
  upstream::CallSpec spec;
  spec.method = to_string(Method::completion_complete);
  spec.params = params;
  spec.progress_token = request.progress_token;
  parts_.calls.start(session, std::move(reply), request.id, style_of(surface, std::nullopt),
                     upstream, spec);
}

void Offers::set_log_level(Session& session, const Surface& surface, const Envelope& request,
                           Reply reply) {
  const auto level = protocol::log_level_from(request.level.text());
  if (!level) {
    reply.error(request.id,
                invalid_params("logging/setLevel needs params.level: debug, info, notice, "
                               "warning, error, critical, alert or emergency"));
    return;
  }
  session.log_level = *level;
  parts_.levels.want(surface.view.scope, *level);
  reply.result(request.id, "{}");
}

}  // namespace proxy::downstream
