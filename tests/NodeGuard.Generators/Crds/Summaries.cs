using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NodeGuard.Kubernetes;

namespace NodeGuard.Generators.Crds;

/// <summary>The texts of the models' own documentation, so that a field is described in one place.</summary>
internal static class Summaries
{
    private static readonly Dictionary<string, XElement> Members = XDocument
        .Load(Path.ChangeExtension(typeof(ResourceTypes).Assembly.Location, ".xml"))
        .Descendants("member").Where(m => m.Element("summary") is not null)
        .ToDictionary(m => (string)m.Attribute("name")!, m => m.Element("summary")!);

    public static string Of(Type type) => Text($"T:{type.FullName}");

    public static string Of(PropertyInfo property) => Text($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static string Text(string member) => Members.TryGetValue(member, out XElement? summary)
        ? Regex.Replace(summary.Value, "\\s+", " ").Trim()
        : throw new InvalidOperationException($"{member} has no summary: it becomes the description of a field, which people read in kubectl explain");
}
