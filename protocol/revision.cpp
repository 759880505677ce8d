#include "protocol/revision.h"

#include <array>

#include "protocol/jsonrpc.h"

namespace protocol {
namespace {

constexpr std::array<std::string_view, 5> kNames{"2024-11-05", "2025-03-26", "2025-06-18",
                                                 "2025-11-25", "2026-07-28"};

// The revisions in which a feature exists, both ends included.
struct Span {
  Feature feature;
  Revision first;
  Revision last;
};

constexpr std::array kFeatures{
    Span{Feature::batches, Revision::v2025_03_26, Revision::v2025_03_26},
    Span{Feature::tool_annotations, Revision::v2025_03_26, kNewest},
    Span{Feature::audio_content, Revision::v2025_03_26, kNewest},
    Span{Feature::progress_message, Revision::v2025_03_26, kNewest},
    Span{Feature::completions_capability, Revision::v2025_03_26, kNewest},
    Span{Feature::version_header, Revision::v2025_06_18, kNewest},
    Span{Feature::elicitation, Revision::v2025_06_18, kNewest},
    Span{Feature::structured_content, Revision::v2025_06_18, kNewest},
    Span{Feature::resource_link, Revision::v2025_06_18, kNewest},
    Span{Feature::titles, Revision::v2025_06_18, kNewest},
    Span{Feature::elicitation_url, Revision::v2025_11_25, kNewest},
    Span{Feature::sampling_tools, Revision::v2025_11_25, kNewest},
    Span{Feature::icons, Revision::v2025_11_25, kNewest},
    Span{Feature::core_tasks, Revision::v2025_11_25, Revision::v2025_11_25},
    Span{Feature::sse_polling, Revision::v2025_11_25, Revision::v2025_11_25},
    Span{Feature::required_result_type, Revision::v2026_07_28, kNewest},
    Span{Feature::logging_set_level, Revision::v2024_11_05, kNewestLegacy},
    Span{Feature::ping, Revision::v2024_11_05, kNewestLegacy},
    Span{Feature::resource_not_found_code, Revision::v2024_11_05, kNewestLegacy},
};
static_assert(kFeatures.size() == kFeatureCount, "one row for each feature");
static_assert(
    [] {
      for (std::size_t i = 0; i < kFeatures.size(); ++i) {
        if (static_cast<std::size_t>(kFeatures[i].feature) != i) return false;
      }
      return true;
    }(),
    "rows stand in the order of the features");

bool is_modern(std::optional<std::string_view> version) {
  const auto revision = version ? revision_from(*version) : std::nullopt;
  return revision && era_of(*revision) == Era::modern;
}

}  // namespace

std::string_view to_string(Revision revision) {
  return kNames[static_cast<std::size_t>(revision)];
}

std::optional<Revision> revision_from(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<Revision>(i);
  }
  return std::nullopt;
}

Revision answer_initialize(std::string_view requested) {
  return accept_initialize(requested).value_or(kNewestLegacy);
}

std::optional<Revision> accept_initialize(std::string_view answered) {
  const std::optional<Revision> revision = revision_from(answered);
  return revision && era_of(*revision) == Era::legacy ? revision : std::nullopt;
}

bool has(Revision revision, Feature feature) {
  const Span& span = kFeatures[static_cast<std::size_t>(feature)];
  return span.first <= revision && revision <= span.last;
}

EraVerdict era_of(const EraClues& clues) {
  if (clues.meta_claims_version) {
    if (!clues.meta_version) return {Era::modern, kInvalidParams};
    if (clues.over_http && clues.header_version != clues.meta_version) {
      return {Era::modern, kHeaderMismatch};
    }
    return {Era::modern, is_modern(clues.meta_version) ? 0 : kUnsupportedProtocolVersion};
  }
  if (!clues.over_http || !is_modern(clues.header_version)) return {Era::legacy, 0};
  return {clues.method == Method::initialize ? Era::legacy : Era::modern,
          clues.method == Method::initialize ? kHeaderMismatch : kInvalidParams};
}

}  // namespace protocol
