using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

public class AttributionTests
{
    /// <summary>Every deleter x owner x pinned x explained: the table of design section 5.</summary>
    [Theory]
    [Trait("Invariant", "1")]
    [Trait("Invariant", "2")]
    [InlineData(Deleter.Networkd, Ownership.Foreign, false, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.Networkd, Ownership.Networkd, false, "Forget", "Forget")]
    [InlineData(Deleter.Kernel, Ownership.Foreign, false, "AwaitExplanation", "RestoreAfterCause")]
    [InlineData(Deleter.Kernel, Ownership.Networkd, false, "Forget", "Forget")]
    [InlineData(Deleter.OtherProcess, Ownership.Foreign, false, "Forget", "Forget")]
    [InlineData(Deleter.OtherProcess, Ownership.Networkd, false, "Forget", "Forget")]
    [InlineData(Deleter.Unseen, Ownership.Foreign, false, "AwaitExplanation", "RestoreAfterCause")]
    [InlineData(Deleter.Unseen, Ownership.Networkd, false, "Forget", "Forget")]
    [InlineData(Deleter.Self, Ownership.Foreign, false, "Ignore", "Ignore")]
    [InlineData(Deleter.Self, Ownership.Networkd, false, "Ignore", "Ignore")]
    [InlineData(Deleter.Networkd, Ownership.Foreign, true, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.Networkd, Ownership.Networkd, true, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.Kernel, Ownership.Foreign, true, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.Kernel, Ownership.Networkd, true, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.OtherProcess, Ownership.Foreign, true, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.OtherProcess, Ownership.Networkd, true, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.Unseen, Ownership.Foreign, true, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.Unseen, Ownership.Networkd, true, "RestoreNow", "RestoreNow")]
    [InlineData(Deleter.Self, Ownership.Foreign, true, "Ignore", "Ignore")]
    [InlineData(Deleter.Self, Ownership.Networkd, true, "Ignore", "Ignore")]
    public void EveryRowOfTheTable(Deleter deleter, Ownership owner, bool pinned, string unexplained, string explained)
    {
        Attribution.Decide(deleter, owner, pinned, explained: false).ToString().ShouldBe(unexplained);
        Attribution.Decide(deleter, owner, pinned, explained: true).ToString().ShouldBe(explained);
    }
}
