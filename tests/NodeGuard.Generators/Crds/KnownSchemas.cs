using System.Text.Json.Nodes;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Generators.Crds;

/// <summary>Schemas of the types that Kubernetes itself defines.</summary>
internal static class KnownSchemas
{
    private const string Count = "a whole number from 0 on, or a percentage from 0% to 100%";

    public static JsonObject? Of(Type type)
    {
        string? json = type == typeof(DateTimeOffset) ? """{"type":"string","format":"date-time"}"""
            : type == typeof(IntOrString) ? CountOrPercent
            : type == typeof(LabelSelector) ? Selector
            : type == typeof(Condition) ? ConditionEntry
            : null;
        return json is null ? null : (JsonObject)JsonNode.Parse(json)!;
    }

    private const string CountOrPercent = $$"""
        {"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true,
         "minimum":0,"maxLength":4,"pattern":"^(100|[1-9]?[0-9])%$",
         "x-kubernetes-validations":[{
           "rule":"type(self) == int ? self >= 0 : self.matches('^(100|[1-9]?[0-9])%$')",
           "message":"must be {{Count}}"}]}
        """;

    private const string Selector = """
        {"type":"object","x-kubernetes-map-type":"atomic","properties":{
          "matchLabels":{"type":"object","maxProperties":32,"description":"Labels that the node must have.",
            "additionalProperties":{"type":"string","maxLength":63}},
          "matchExpressions":{"type":"array","maxItems":32,"x-kubernetes-list-type":"atomic","description":"Further demands on its labels, which must all hold.",
            "items":{"type":"object","required":["key","operator"],"properties":{
              "key":{"type":"string","minLength":1,"maxLength":317,"description":"The label."},
              "operator":{"type":"string","enum":["In","NotIn","Exists","DoesNotExist"],"description":"What is asked of it."},
              "values":{"type":"array","maxItems":64,"x-kubernetes-list-type":"atomic","description":"The values that In and NotIn compare with.",
                "items":{"type":"string","maxLength":63}}},
              "x-kubernetes-validations":[{
                "rule":"self.operator in ['In', 'NotIn'] ? has(self.values) && self.values.size() > 0 : !has(self.values) || self.values.size() == 0",
                "message":"values must be given with In and NotIn, and not with Exists and DoesNotExist"}]}}}}
        """;

    private const string ConditionEntry = """
        {"type":"object","required":["type","status","lastTransitionTime","reason","message"],"properties":{
          "type":{"type":"string","maxLength":316,"description":"What is told."},
          "status":{"type":"string","enum":["True","False","Unknown"],"description":"Whether it holds."},
          "observedGeneration":{"type":"integer","format":"int64","minimum":0,"description":"The generation of the spec that it is about."},
          "lastTransitionTime":{"type":"string","format":"date-time","description":"When the status changed last."},
          "reason":{"type":"string","maxLength":1024,"minLength":1,"pattern":"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$","description":"Why, in one word."},
          "message":{"type":"string","maxLength":32768,"description":"The same in a sentence."}}}
        """;
}
