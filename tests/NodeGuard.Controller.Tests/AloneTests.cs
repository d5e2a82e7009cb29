using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>For tests that take the whole machine: they run after the others, which have servers that must answer.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneTests
{
    public const string Name = "alone";
}
