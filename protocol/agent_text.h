// Definitions as agents read them: without characters that hide (base/hidden_text.h). Pure.
//
// Texts lose them: titles, descriptions, whatever is only read. What means something to the server
// - names of parameters, enum, const, default, pattern, URIs, _meta - keeps its value, with such
// characters written as \u escapes, which show. The name of the definition itself is a text.
#pragma once
#include <string>
#include <string_view>

namespace protocol {

// Whether a raw JSON text might hold any: found in one pass over the bytes.
bool may_hide(std::string_view json);

// `definition` is the raw object of a tool, prompt or resource; what is no JSON stays as it is.
std::string agent_definition(std::string_view definition);
// The same for a JSON Schema by itself, or an answer of ours about a server.
std::string agent_json(std::string_view json);

}  // namespace protocol
